using System.Text.Json;
using AgentOrchestration.Plans;

namespace AgentOrchestration.Planning;

/// <summary>Reads what a model wrote as a plan. It is hostile input: bounded before it is parsed, and refused rather than guessed at.</summary>
internal static class PlanAnswer
{
    public static TaskPlan Read(string answer, PlanningOptions options)
    {
        if (answer.Length > options.MaxAnswerLength)
        {
            // The answer is not kept: it would go back to the model as it is.
            throw new InvalidPlanException(new PlanRefusal(
            [
                new(PlanDiagnosticCode.TooLarge, "", $"The answer has {answer.Length} characters.", $"At most {options.MaxAnswerLength} are read; make a smaller plan."),
            ]));
        }

        List<PlanDiagnostic> diagnostics = [];
        TaskPlan? plan = null;
        try
        {
            plan = JsonSerializer.Deserialize(answer, PlanJsonContext.Default.PlanDocument)?.ToPlan(diagnostics);
            if (plan is null)
            {
                diagnostics.Add(Malformed("", "The answer is null."));
            }
        }
        catch (JsonException exception)
        {
            diagnostics.Add(Malformed(JsonPointer.FromPath(exception.Path ?? ""), exception.Message));
        }
        catch (ArgumentException)
        {
            // The answer is not kept: what cannot be written as UTF-8 cannot go back to the model.
            throw new InvalidPlanException(new PlanRefusal([Malformed("", "It holds text that is no valid Unicode.")]));
        }

        if (plan is not null)
        {
            ForbidPolicies(plan, "", diagnostics);
        }

        return diagnostics.Count == 0
            ? plan!
            : throw new InvalidPlanException(new PlanRefusal(diagnostics) { Plan = plan, Answer = answer });
    }

    /// <summary>Limits and approvals are the application's to decide, never the model's.</summary>
    private static void ForbidPolicies(TaskPlan plan, string place, List<PlanDiagnostic> diagnostics)
    {
        foreach ((int index, Subtask subtask) in plan.Subtasks.Index())
        {
            string path = $"{place}/subtasks/{index}";
            if (subtask.Policy is not null)
            {
                diagnostics.Add(new PlanDiagnostic(
                    PlanDiagnosticCode.NotAllowed, $"{path}/policy", $"'{subtask.Id}' sets limits of its own, which is not the planner's to do.", "Leave the policy out.")
                { SubtaskId = subtask.Id });
            }

            if (subtask.Plan is { } nested)
            {
                ForbidPolicies(nested, $"{path}/plan", diagnostics);
            }
        }
    }

    private static PlanDiagnostic Malformed(string path, string message) =>
        new(PlanDiagnosticCode.Malformed, path, $"The answer is not the JSON of a plan: {message}", "Answer with one JSON object of the given form, without prose around it.");
}
