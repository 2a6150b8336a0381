using System.Text.Json;
using AgentOrchestration.Planning;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Benchmarks.Evaluate;

/// <summary>A planner without a model, to compare others with: the task types that fit the request best, one after another.</summary>
internal sealed class SelectorPlanner(ITaskTypeSelector selector, ITaskTypeRegistry taskTypes) : ITaskDecomposer
{
    private const int Steps = 3;

    private static readonly JsonElement Nothing = JsonElement.Parse("""{"inputs":[]}""");

    public async ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> selected = await selector.SelectAsync(new TaskTypeQuery(request, taskTypes, Steps), cancellationToken);
        return new TaskPlan
        {
            Subtasks = [.. selected.Select((name, place) => new Subtask { Id = $"s{place}", TaskType = name, DependsOn = place == 0 ? [] : [$"s{place - 1}"], Arguments = Nothing })],
        };
    }
}
