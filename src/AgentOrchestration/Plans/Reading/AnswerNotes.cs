using System.Text.Json;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Reading;

/// <summary>Collects the errors in how an answer is written, and what was repaired in it.</summary>
/// <param name="isStrict">Nothing is repaired: the answer is a plan that was saved.</param>
/// <param name="mayRequestSchemas">The answer may list task types whose schemas are requested.</param>
internal sealed class AnswerNotes(bool isStrict, bool mayRequestSchemas = false)
{
    /// <summary>More than these are not read.</summary>
    private const int MostSchemas = 1_000;

    /// <summary>Gets a value that indicates that a list of requested schemas is a part of the form.</summary>
    public bool MayRequestSchemas { get; } = mayRequestSchemas;

    /// <summary>Gets the names of the task types whose schemas are requested.</summary>
    public List<string> RequestedSchemas { get; } = [];

    /// <summary>Gets a value that indicates that every deviation from the form is an error.</summary>
    public bool IsStrict { get; } = isStrict;

    public List<PlanDiagnostic> Diagnostics { get; } = [];

    public PlanRepairs Repairs { get; } = new();

    public void Repair(PlanRepairCode code, string path, string found, string done, string reason, string? subtaskId = null) =>
        Repairs.Add(new PlanRepair(code, path, found, done, reason) { SubtaskId = subtaskId });

    /// <summary>Takes the name of a task type whose schema is requested.</summary>
    public void TakeRequest(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String || RequestedSchemas.Count == MostSchemas)
        {
            return;
        }

        try
        {
            RequestedSchemas.Add(reader.GetString()!);
        }
        catch (InvalidOperationException)
        {
            // Text that is not valid Unicode is the name of nothing.
        }
    }

    /// <summary>Takes over what was noted elsewhere.</summary>
    public void Add(AnswerNotes other)
    {
        Diagnostics.AddRange(other.Diagnostics);
        Repairs.Add(other.Repairs);
    }
}
