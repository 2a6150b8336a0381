using System.Text.Json;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans.Reading;

/// <summary>The JSON objects of an answer: the plan, the one that is read, and what stands beside them.</summary>
internal sealed class AnswerObjects
{
    /// <summary>Who writes more objects than these has not written a plan.</summary>
    public const int MostOthers = 16;

    private readonly GivenSubtasks _given = new();

    /// <summary>The first object that turned out to be no plan.</summary>
    private PlanObjectReader? _other;

    private int _others;
    private int _repeats;

    /// <summary>What an object turned out to be.</summary>
    public enum Role
    {
        Plan,
        SamePlan,
        OtherPlan,
        NoPlan,
    }

    /// <summary>Gets the plan, once it is closed.</summary>
    public PlanObjectReader? Plan { get; private set; }

    /// <summary>Gets the object that is read.</summary>
    public PlanObjectReader? Current { get; private set; }

    /// <summary>Gets a value that indicates whether an object was found that is no plan.</summary>
    public bool HasOther => _other is not null;

    public bool HasTooMany => _others > MostOthers;

    /// <summary>Gets the object that the answer is judged by.</summary>
    public PlanObjectReader? Shown => Plan ?? Current ?? _other;

    private List<Subtask>? Sound => Plan is null ? Current?.Sound : null;

    /// <summary>Gets the subtasks that have become known of the plan, which is the first object that is one.</summary>
    public IReadOnlyList<Subtask> Given() => _given.Take(Sound);

    public void Begin(PlanObjectReader next)
    {
        _given.Restart();
        Current = next;
    }

    /// <summary>The object that is read is closed.</summary>
    /// <param name="isStrict">It has to be the plan.</param>
    public Role Close(bool isStrict)
    {
        _given.Collect(Sound);
        PlanObjectReader closed = Current!;
        Current = null;
        if (!closed.IsPlan && !isStrict)
        {
            _other ??= closed;
            _others++;
            return Role.NoPlan;
        }

        if (Plan is null)
        {
            Plan = closed;
            return Role.Plan;
        }

        if (!IsSame(Plan, closed))
        {
            return Role.OtherPlan;
        }

        _repeats++;
        return Role.SamePlan;
    }

    /// <summary>The object that is read ends behind the plan, though it is not whole.</summary>
    public Role Break()
    {
        PlanObjectReader broken = Current!;
        Current = null;
        if (broken.IsPlan)
        {
            return Role.OtherPlan;
        }

        _others++;
        return Role.NoPlan;
    }

    /// <summary>What was found so far is no answer.</summary>
    public void Restart()
    {
        (Plan, Current, _other) = (null, null, null);
        (_others, _repeats) = (0, 0);
    }

    /// <summary>Records what was left out, and what was repaired in the plan.</summary>
    public void Record(PlanRepairs repairs)
    {
        if (_others > 0 && Plan is not null)
        {
            repairs.Add(new PlanRepair(PlanRepairCode.OtherJson, "", $"The answer holds {_others} JSON object{(_others == 1 ? "" : "s")} in addition to the plan.", "It was left out.", "The plan is the object that has subtasks."));
        }

        if (_repeats > 0)
        {
            repairs.Add(new PlanRepair(PlanRepairCode.SamePlanAgain, "", $"The answer holds the same plan {_repeats + 1} times.", "It was read once.", "All copies are equal."));
        }

        if (Shown is { } shown)
        {
            repairs.Add(shown.Notes.Repairs);
        }
    }

    private static bool IsSame(PlanObjectReader one, PlanObjectReader other) =>
        one.Subtasks.Count == other.Subtasks.Count
        && one.Notes.Diagnostics.Count == other.Notes.Diagnostics.Count
        && one.Subtasks.Zip(other.Subtasks).All(pair => JsonEquality.AreEqual(ToJson(pair.First), ToJson(pair.Second)));

    private static JsonElement ToJson(Subtask subtask) => JsonElement.Parse(SubtaskDocument.From(subtask).ToJson());
}
