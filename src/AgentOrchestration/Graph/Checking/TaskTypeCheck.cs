using System.Text.Json;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Graph.Checking;

/// <summary>Finds the task types of a plan's subtasks, and checks what does not depend on other subtasks.</summary>
internal sealed class TaskTypeCheck(ITaskTypeRegistry taskTypes, PayloadSerializer serializer)
{
    private static readonly TimeSpan LongestEstimate = TimeSpan.FromDays(366);

    /// <returns>By index the task type, or <see langword="null"/> where there is none.</returns>
    public TaskDescriptor?[] Run(TaskPlan plan, PlanReport report)
    {
        NearestNames? names = null;
        var found = new TaskDescriptor?[plan.Subtasks.Count];
        for (int i = 0; i < found.Length; i++)
        {
            Subtask subtask = plan.Subtasks[i];
            if (subtask.Plan is not null)
            {
                found[i] = NestedPlanType.Descriptor;
                CheckNested(subtask, i, report);
            }
            else if (!taskTypes.TryGet(subtask.TaskType, out found[i]))
            {
                report.Add(
                    PlanDiagnosticCode.UnknownTaskType, i, "/type",
                    $"There is no task type '{Excerpt.Of(subtask.TaskType)}'.",
                    $"Use one of: {(report.IsFull ? "the registered ones" : (names ??= new NearestNames([.. taskTypes.TaskTypes.Select(known => known.Name)])).Of(subtask.TaskType))}.");
            }
            else
            {
                CheckMetadata(subtask, i, found[i]!, report);
            }

            if (subtask.EstimatedDuration is { } estimate && (estimate < TimeSpan.Zero || estimate > LongestEstimate))
            {
                report.Add(
                    PlanDiagnosticCode.InvalidEstimate, i, "/estimatedMinutes",
                    $"The estimate is {subtask.EstimatedDuration}.",
                    $"Give a duration from 0 to {LongestEstimate.TotalDays} days, or leave it out.");
            }
        }

        return found;
    }

    /// <summary>What a run will write and read is known now, also where the application has listed its types (a <c>JsonSerializerContext</c>).</summary>
    private void CheckMetadata(Subtask subtask, int index, TaskDescriptor taskType, PlanReport report)
    {
        CheckMetadata(taskType.InputType, "input");
        CheckMetadata(taskType.OutputType, "output");
        if (subtask.IsForEach && !subtask.OnItemFailure.ListsErrors)
        {
            CheckMetadata(taskType.Invoker.OutputListType, "list of outputs");
        }

        void CheckMetadata(Type type, string what)
        {
            if (type != typeof(None) && type != typeof(JsonElement) && serializer.WhyMissing(type) is { } reason)
            {
                report.Add(PlanDiagnosticCode.MissingJsonMetadata, index, "/type", $"The {what} of '{taskType.Name}' cannot be written as JSON: {reason}", JsonMetadata.Remedy(type));
            }
        }
    }

    private static void CheckNested(Subtask subtask, int index, PlanReport report)
    {
        if (subtask.TaskType != Subtask.NestedPlan || subtask.IsForEach || subtask.Arguments is not null || subtask.Policy is not null || !subtask.Resources.IsNone)
        {
            report.Add(
                PlanDiagnosticCode.InvalidControl, index, "/plan",
                $"A subtask with a plan has the type '{Subtask.NestedPlan}' and no arguments, list, policy or resources of its own.",
                "Give them to the subtasks of its plan.");
        }
    }
}
