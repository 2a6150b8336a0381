using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Reading;

namespace AgentOrchestration;

/// <summary>Reads saved plans.</summary>
/// <example>
/// <code>
/// await File.WriteAllTextAsync("plan.json", plan.ToJson(), cancellationToken);
/// TaskPlan saved = TaskPlan.FromJson(await File.ReadAllTextAsync("plan.json", cancellationToken));
/// </code>
/// </example>
public static class TaskPlanJson
{
    /// <summary>A saved plan is the application's, so no limits hold but those of the JSON reader.</summary>
    private static readonly PlanLimits NoLimits = new()
    {
        MaxAnswerLength = int.MaxValue,
        MaxSubtasks = int.MaxValue,
        MaxDependencies = int.MaxValue,
        MaxTextLength = int.MaxValue,
    };

    extension(TaskPlan)
    {
        /// <summary>Reads a plan from the JSON that <see cref="TaskPlan.ToJson"/> writes, or that a model or a person has written in that form.</summary>
        /// <param name="json">The JSON. Without a version it is read as version 1.</param>
        /// <returns>The plan; what was left out around its JSON is in <see cref="TaskPlan.Repairs"/>. Not yet checked: it is when it is started.</returns>
        /// <exception cref="InvalidPlanException">It is no plan, or of a later version; lists everything that is malformed, with its place.</exception>
        public static TaskPlan FromJson(string json)
        {
            ArgumentNullException.ThrowIfNull(json);
            var reader = new PlanReader(NoLimits, isStrict: true);
            reader.Append(json);
            PlanReadResult reading = reader.Complete();

            // A subtask's own limits and approvals are not a model's to set, but an application's, whose plan this is.
            PlanDiagnostic[] diagnostics = [.. reading.Diagnostics.Where(diagnostic => diagnostic.Code != PlanDiagnosticCode.NotAllowed)];
            return diagnostics.Length == 0 ? reading.Plan : throw new InvalidPlanException(new PlanRefusal(diagnostics) { Plan = reading.IsWhole ? reading.Plan : null, Answer = json });
        }
    }
}
