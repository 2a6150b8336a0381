using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Reading;

/// <summary>What stands around the plan in an answer: prose, code fences, and the reasoning before it.</summary>
/// <param name="isStrict">No reasoning is looked for: the answer is a plan that was saved.</param>
internal sealed class AnswerSurroundings(bool isStrict)
{
    private ReasoningTags _tags = new();

    public SurroundingText Before { get; private set; } = new();

    public SurroundingText After { get; private set; } = new();

    /// <summary>Gets a value that indicates whether reasoning has begun and not ended.</summary>
    public bool IsReasoning { get; private set; }

    /// <summary>Gets a value that indicates whether the answer begins with reasoning.</summary>
    public bool HasReasoning { get; private set; }

    /// <summary>Takes a byte that is no JSON.</summary>
    /// <param name="next">The byte.</param>
    /// <param name="isAfter">The plan was found.</param>
    /// <returns>Whether all that came before is reasoning, so that the answer begins here.</returns>
    public bool Add(byte next, bool isAfter)
    {
        ReasoningTags.Found found = isStrict ? ReasoningTags.Found.Nothing : _tags.Add(next);
        if (!IsReasoning)
        {
            (isAfter ? After : Before).Add(next);
        }

        if (found == ReasoningTags.Found.Opening)
        {
            IsReasoning = true;
        }

        return found == ReasoningTags.Found.Closing && CloseReasoning(isAfter);
    }

    public void End()
    {
        Before.End();
        After.End();
    }

    /// <summary>Records what was left out.</summary>
    public void Record(PlanRepairs repairs)
    {
        if (HasReasoning)
        {
            Add(PlanRepairCode.ReasoningBlock, "The answer begins with its reasoning.", "Everything before the end of the reasoning was left out.", "The answer is what follows it.");
        }

        if (Before.HasFence || After.HasFence)
        {
            Add(PlanRepairCode.CodeFence, "The JSON is in a code fence.", "The fence was left out.", "It is not part of the JSON.");
        }

        if (Before.HasProse || After.HasProse)
        {
            string before = Before.HasProse ? $"\"{Before.Excerpt}\" precedes the JSON" : "";
            string after = After.HasProse ? $"\"{After.Excerpt}\" follows {(Before.HasProse ? "it" : "the JSON")}" : "";
            Add(
                PlanRepairCode.Prose, $"{before}{(Before.HasProse && After.HasProse ? ", " : "")}{after}.",
                $"{Before.Length + After.Length} bytes around the JSON were left out.", "The JSON is the only object in the answer, so it is the plan.");
        }

        void Add(PlanRepairCode code, string found, string done, string reason) => repairs.Add(new PlanRepair(code, "", found, done, reason));
    }

    /// <summary>What stands before the end of reasoning is no answer; where it begins without a tag, all that came before is reasoning.</summary>
    private bool CloseReasoning(bool isAfter)
    {
        bool isOpened = IsReasoning;
        IsReasoning = false;
        if (isAfter && isOpened)
        {
            return false;
        }

        HasReasoning = true;
        Before = new SurroundingText();
        After = new SurroundingText();
        _tags = new ReasoningTags();
        return true;
    }
}
