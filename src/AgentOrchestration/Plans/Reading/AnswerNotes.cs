using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Reading;

/// <summary>Collects the errors in how an answer is written, and what was repaired in it.</summary>
/// <param name="isStrict">Nothing is repaired: the answer is a plan that was saved.</param>
internal sealed class AnswerNotes(bool isStrict)
{
    /// <summary>Gets a value that indicates that every deviation from the form is an error.</summary>
    public bool IsStrict { get; } = isStrict;

    public List<PlanDiagnostic> Diagnostics { get; } = [];

    public PlanRepairs Repairs { get; } = new();

    public void Repair(PlanRepairCode code, string path, string found, string done, string reason, string? subtaskId = null) =>
        Repairs.Add(new PlanRepair(code, path, found, done, reason) { SubtaskId = subtaskId });

    /// <summary>Takes over what was noted elsewhere.</summary>
    public void Add(AnswerNotes other)
    {
        Diagnostics.AddRange(other.Diagnostics);
        Repairs.Add(other.Repairs);
    }
}
