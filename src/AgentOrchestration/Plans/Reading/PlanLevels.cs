using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans.Reading;

/// <summary>The objects of an answer around the place that is read, the outermost first: which of them is the plan, and what each holds that a plan does not.</summary>
/// <param name="notes">Receives the errors and the repairs.</param>
internal sealed class PlanLevels(AnswerNotes notes)
{
    private const int MaxReported = 20;

    private readonly List<PlanLevel> _levels = [];
    private int _reported;

    public int Count => _levels.Count;

    /// <summary>Gets the innermost object.</summary>
    public PlanLevel Innermost => _levels[^1];

    /// <summary>Gets a value that indicates whether another error would be reported.</summary>
    public bool MayReport => _reported < MaxReported;

    /// <summary>Gets the place that is read, as a JSON pointer.</summary>
    public string Place => string.Concat(_levels.Where(level => level.Property is not null).Select(level => "/" + JsonPointer.Escape(Excerpt.Of(level.Property!))));

    /// <summary>Gets the place of the innermost object, as a JSON pointer.</summary>
    public string PlaceOfInnermost => string.Concat(_levels.SkipLast(1).Select(outer => "/" + JsonPointer.Escape(Excerpt.Of(outer.Property!))));

    public void Open() => _levels.Add(new PlanLevel());

    /// <summary>Closes the innermost object, which is not the outermost.</summary>
    public void CloseInnermost()
    {
        PlanLevel level = Innermost;
        _levels.RemoveAt(_levels.Count - 1);
        PlanLevel outer = Innermost;
        if (level.HoldsList || level.HoldsPlan)
        {
            outer.HoldsPlan = true;
        }
        else
        {
            TakeUnknown(outer.Property!, isEmpty: !level.HasProperties, isNested: true);
        }

        outer.Property = null;
    }

    /// <summary>Gets the place of a property of the innermost object, as a JSON pointer.</summary>
    public string PathOf(string name) =>
        string.Concat(_levels.SkipLast(1).Select(level => level.Property ?? "").Append(name).Select(step => "/" + JsonPointer.Escape(Excerpt.Of(step))));

    /// <summary>Reports an error of the property that is read.</summary>
    public void Report(string message) => Report(Innermost.Property!, message);

    /// <summary>Takes a property that a plan does not have.</summary>
    public void TakeUnknown(string name, bool isEmpty, bool isNested)
    {
        PlanLevel level = Innermost;
        if (_reported > MaxReported)
        {
            return;
        }

        level.Unknown.Add((name, isEmpty, isNested));
        if (level.Unknown.Count > MaxReported || level.HoldsList || notes.IsStrict)
        {
            JudgeUnknown(level, isLast: true);
        }
    }

    /// <summary>Judges the properties that a plan does not have, once it is known whether their object is the plan or only holds it.</summary>
    public void JudgeUnknown(PlanLevel level, bool isLast = false)
    {
        if (!level.HoldsList && !level.HoldsPlan && !isLast)
        {
            return;
        }

        foreach ((string name, bool isEmpty, bool isNested) in level.Unknown)
        {
            if (notes.MayRequestSchemas && name == PropertyNames.Schemas)
            {
                continue;
            }

            bool isLeftOut = !notes.IsStrict
                && (isEmpty || PropertyNames.IsRemarkOfPlan(name) || (level.HoldsPlan && !level.HoldsList && (!isNested || PropertyNames.IsOfSchema(name))));
            if (!isLeftOut)
            {
                Report(name, "a plan has no such property.");
            }
            else if (!level.HoldsPlan || level.HoldsList)
            {
                notes.Repair(
                    PlanRepairCode.ExtraProperty, PathOf(name), $"A plan has no property \"{Excerpt.Of(name)}\".", "It was left out.",
                    isEmpty ? "It is empty." : "It is a remark, which changes nothing in what is done.");
            }
        }

        level.Unknown.Clear();
    }

    private void Report(string name, string message)
    {
        if (++_reported <= MaxReported)
        {
            notes.Diagnostics.Add(AnswerDiagnostic.Malformed(PathOf(name), message));
        }
    }
}
