using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Reading;

/// <summary>Counts what a <see cref="JsonRelaxer"/> has rewritten.</summary>
internal sealed class RelaxedRepairs
{
    private readonly int[] _counts = new int[Enum.GetValues<PlanRepairCode>().Length];

    public void Count(PlanRepairCode code, int count = 1) => _counts[(int)code] += count;

    /// <summary>Records what was rewritten.</summary>
    public void Record(AnswerNotes notes)
    {
        foreach (PlanRepairCode code in Enum.GetValues<PlanRepairCode>())
        {
            int count = _counts[(int)code];
            if (count == 0)
            {
                continue;
            }

            (string found, string done, string reason) = code switch
            {
                PlanRepairCode.TrailingComma => ("comma before a closing bracket", "left out", "Nothing follows it."),
                PlanRepairCode.Comment => ("comment", "left out", "A comment is not part of the plan."),
                PlanRepairCode.Quotes => ("text or name in other quotes than JSON has, or without quotes", "written in JSON's quotes", "It ends where its own quote or name ends."),
                PlanRepairCode.Literal => ("literal of Python", "written as JSON's", "True, False and None have one meaning."),
                _ => ("space that is none in JSON", "written as a space", "Between values it has no meaning."),
            };
            notes.Repair(code, "", count == 1 ? $"There is a {found}." : $"There are {count} cases of a {found}.", $"It was {done}.", reason);
        }
    }
}
