using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Planning;
using AgentOrchestration.Planning.Model;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentOrchestration.Benchmarks.Repair;

/// <summary>What becomes of an answer: the planner with tools as task types and a model that is never asked twice.</summary>
internal sealed class PlanTrial
{
    private static readonly OrchestrationRequest Request = new("What the request says.");

    private readonly Planner _planner;
    private string _answer = "";

    public PlanTrial(IEnumerable<string> tools, PlanningOptions? options = null)
    {
        var serializer = new PayloadSerializer(PayloadSerializer.DefaultOptions);
        var taskTypes = new TaskTypeRegistry(
            tools.Select(tool => TaskDescriptor.For(tool, $"Does {tool}.", (ToolInput _, TaskContext _, CancellationToken _) => new ValueTask<string>())), serializer);
        options ??= new PlanningOptions();
        options.MaxRepairs = 0;
        _planner = new Planner(new Scripted(this, options), new PlanChecker(taskTypes, new ResourcePools([]), serializer), taskTypes, options, TimeProvider.System, NullLogger.Instance);
    }

    /// <returns>The plan as it would run, or why it is refused; and what was repaired in either.</returns>
    public async Task<(TaskPlan? Plan, IReadOnlyList<PlanDiagnostic> Diagnostics, IReadOnlyList<PlanRepair> Repairs)> TryAsync(string answer)
    {
        _answer = answer;
        try
        {
            TaskPlan plan = (await _planner.PlanAsync(Request, CancellationToken.None)).Plan;
            return (plan, [], plan.Repairs);
        }
        catch (InvalidPlanException refusal)
        {
            return (null, refusal.Diagnostics, refusal.Refusal.Plan?.Repairs ?? []);
        }
    }

    private sealed class Scripted(PlanTrial trial, PlanningOptions options) : ITaskDecomposer
    {
        public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken) =>
            ValueTask.FromResult(PlanAnswerReader.Read(trial._answer, options.Limits));
    }
}
