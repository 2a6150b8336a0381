using System.Text;
using System.Text.Json;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans.Reading;

/// <summary>What an answer holds around its list of subtasks: goal, version, and objects that may be the plan or hold it.</summary>
/// <param name="limits">How much is read.</param>
/// <param name="notes">Receives the errors and the repairs.</param>
/// <param name="levels">The objects around the place that is read.</param>
/// <param name="list">The subtasks of the plan.</param>
internal sealed class PlanProperties(PlanLimits limits, AnswerNotes notes, PlanLevels levels, SubtaskList list)
{
    private const int DeepestWrapper = 4;

    public string Goal { get; private set; } = "";

    /// <summary>Gets a value that indicates that a list of subtasks was found, so that it is a plan.</summary>
    public bool IsPlan { get; private set; }

    /// <summary>Gets a value that indicates that nothing more is read: the plan is of another version, or one that is written as a text exceeds a limit.</summary>
    public bool IsStopped { get; private set; }

    public void TakeName(ref Utf8JsonReader reader)
    {
        PlanLevel level = levels.Innermost;
        bool isGoal = PlanNesting.IsName(ref reader, "goal"u8);
        bool isSubtasks = PlanNesting.IsName(ref reader, "subtasks"u8);
        bool isVersion = PlanNesting.IsName(ref reader, "version"u8);
        level.Property = isGoal ? PropertyNames.Goal : isSubtasks ? PropertyNames.Subtasks : isVersion ? PropertyNames.Version : levels.MayReport ? Encoding.UTF8.GetString(reader.ValueSpan) : "…";
        if (isGoal ? level.HasGoal : isVersion && level.HasVersion)
        {
            levels.Report("the property occurs twice.");
        }

        level.HasProperties = true;
        level.HasGoal |= isGoal;
        level.HasVersion |= isVersion;
    }

    public void TakeValue(ref Utf8JsonReader reader)
    {
        PlanLevel level = levels.Innermost;
        level.HasItems = false;
        string name = level.Property!;
        bool isOpening = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
        if (name == PropertyNames.Goal)
        {
            TakeGoal(ref reader);
        }
        else if (name == PropertyNames.Version)
        {
            TakeVersion(ref reader);
        }
        else if (isOpening && IsList(name, reader.TokenType == JsonTokenType.StartObject))
        {
            OpenList(isKeyed: reader.TokenType == JsonTokenType.StartObject);
            return;
        }
        else if (reader.TokenType == JsonTokenType.String && MayBeEncoded(ref reader) && MayHoldPlan(name) && TryReadEncoded(ref reader))
        {
            level.Property = null;
            return;
        }
        else if (name == PropertyNames.Subtasks)
        {
            levels.Report(level.HoldsList ? "the property occurs twice." : "an array of subtasks is expected there.");
        }
        else if (reader.TokenType == JsonTokenType.StartObject && levels.Count < DeepestWrapper && !notes.IsStrict)
        {
            levels.Open();
            return;
        }
        else if (!isOpening)
        {
            if (notes.MayRequestSchemas && name == PropertyNames.Schemas)
            {
                notes.TakeRequest(ref reader);
            }

            levels.TakeUnknown(name, isEmpty: reader.TokenType == JsonTokenType.Null || (reader.TokenType == JsonTokenType.String && reader.ValueSpan.IsEmpty), isNested: false);
        }

        if (!isOpening)
        {
            level.Property = null;
        }
    }

    /// <summary>Takes an item of an array that is not the list of subtasks.</summary>
    public void TakeItem(ref Utf8JsonReader reader)
    {
        PlanLevel level = levels.Innermost;
        level.HasItems = true;
        if (notes.MayRequestSchemas && level.Property == PropertyNames.Schemas)
        {
            notes.TakeRequest(ref reader);
        }
    }

    /// <summary>An object or an array is closed that is not a list of subtasks and cannot hold the plan.</summary>
    public void CloseUnknown()
    {
        PlanLevel level = levels.Innermost;
        if (level.Property is { } name && name is not (PropertyNames.Goal or PropertyNames.Version or PropertyNames.Subtasks))
        {
            levels.TakeUnknown(name, isEmpty: !level.HasItems, isNested: true);
        }

        level.Property = null;
    }

    public void CloseList()
    {
        list.Close();
        if (list.IsKeyed && list.IsEmpty)
        {
            levels.Report("an array of subtasks is expected there.");
        }

        levels.Innermost.Property = null;
    }

    /// <summary>The innermost object is closed.</summary>
    /// <returns>Whether it was the outermost one.</returns>
    public bool CloseLevel()
    {
        PlanLevel level = levels.Innermost;
        levels.JudgeUnknown(level);
        if (levels.Count > 1)
        {
            levels.CloseInnermost();
            return false;
        }

        if (!IsPlan)
        {
            levels.JudgeUnknown(level, isLast: true);
            notes.Diagnostics.Add(AnswerDiagnostic.Malformed("/subtasks", "the plan has no \"subtasks\"."));
        }

        return true;
    }

    private bool IsList(string name, bool isObject) =>
        name == PropertyNames.Subtasks ? !(isObject && notes.IsStrict) && !levels.Innermost.HoldsList : !notes.IsStrict && PropertyNames.IsList(name, isObject);

    private bool MayHoldPlan(string name) => !notes.IsStrict && !PropertyNames.IsRemarkOfPlan(name);

    private static bool MayBeEncoded(ref Utf8JsonReader reader) => reader.ValueSpan.TrimStart(" \\nrt"u8) is [(byte)'{' or (byte)'[', ..];

    private void OpenList(bool isKeyed)
    {
        PlanLevel level = levels.Innermost;
        if (IsPlan)
        {
            levels.Report("it is another list of subtasks; a plan has one.");
            level.Property = PropertyNames.Subtasks;
            return;
        }

        RecordName(level);
        if (isKeyed)
        {
            notes.Repair(PlanRepairCode.KeyedObject, "/subtasks", "The subtasks are an object with their ids as names.", "It was read as a list.", "A name is the id of its subtask; their order decides nothing.");
        }

        FindPlan();
        list.Open(isKeyed);
    }

    private void RecordName(PlanLevel level)
    {
        if (level.Property != PropertyNames.Subtasks)
        {
            notes.Repair(
                PlanRepairCode.PropertyName, "/subtasks", $"The list of subtasks is called \"{Excerpt.Of(level.Property!)}\".", "It was read as \"subtasks\".", "It is the only list of subtasks.");
        }
    }

    /// <summary>The innermost object is the plan.</summary>
    private void FindPlan()
    {
        PlanLevel level = levels.Innermost;
        IsPlan = true;
        level.HoldsList = true;
        if (levels.Count > 1)
        {
            RecordWrapper(levels.PlaceOfInnermost);
        }

        levels.JudgeUnknown(level);
    }

    private void RecordWrapper(string place) =>
        notes.Repair(PlanRepairCode.Wrapper, "", $"The plan is at {place} of another object.", "Everything around it was left out.", "It is the only object with subtasks.");

    private void TakeGoal(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
        {
            levels.Report("a text is expected there.");
            return;
        }

        try
        {
            Goal = Goal.Length == 0 ? reader.GetString() ?? "" : Goal;
        }
        catch (InvalidOperationException)
        {
            levels.Report("it holds text that is not valid Unicode.");
        }
    }

    private void TakeVersion(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && !notes.IsStrict)
        {
            notes.Repair(PlanRepairCode.ExtraProperty, levels.PathOf(PropertyNames.Version), "The version is a text.", "It was left out.", "A plan that is written for a request needs none.");
        }
        else if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int version))
        {
            levels.Report("a whole number is expected there.");
        }
        else if (PlanVersion.WhyUnreadable(version) is { } reason)
        {
            // What only another version knows is no mistake.
            IsStopped = true;
            notes.Diagnostics.Add(reason);
        }
    }

    /// <summary>Reads a plan, or its list of subtasks, that was written as a JSON string.</summary>
    /// <returns>Whether it is one.</returns>
    private bool TryReadEncoded(ref Utf8JsonReader reader)
    {
        PlanLevel level = levels.Innermost;
        if (IsPlan || EncodedPlan.TryRead(ref reader, level.Property!, limits) is not { } encoded)
        {
            return false;
        }

        notes.Repair(PlanRepairCode.EncodedText, levels.PathOf(level.Property!), "A part of the plan is written as a text that holds JSON.", "It was decoded once.", "No text is allowed there.");
        if (encoded.IsList)
        {
            RecordName(level);
        }

        PlanObjectReader plan = encoded.Plan;
        notes.Add(plan.Notes);
        list.Subtasks.AddRange(plan.Subtasks);
        list.Sound.AddRange(notes.Diagnostics.Count == plan.Notes.Diagnostics.Count ? plan.Sound : []);
        Goal = Goal.Length == 0 ? plan.Goal : Goal;
        IsStopped |= plan.IsStopped;
        if (encoded.IsList)
        {
            FindPlan();
        }
        else
        {
            IsPlan = true;
            level.HoldsPlan = true;
            RecordWrapper(levels.PathOf(level.Property!));
        }

        return true;
    }
}
