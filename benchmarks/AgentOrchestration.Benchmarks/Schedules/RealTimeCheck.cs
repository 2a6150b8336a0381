using System.Globalization;
using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Graph;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Scheduling.Search;

namespace AgentOrchestration.Benchmarks.Schedules;

/// <summary>Instances in real time, through the executor, beside the same in virtual time.</summary>
internal static class RealTimeCheck
{
    private const double Tolerance = 1.05;
    private static readonly TimeSpan Unit = TimeSpan.FromMilliseconds(2);

    public static async Task<string> RunAsync(IReadOnlyList<ProjectInstance> instances, CancellationToken cancellationToken)
    {
        using var clock = new PreciseClock();
        List<double> ratios = [];
        foreach (ProjectInstance instance in instances.Take(1).Concat(instances))
        {
            cancellationToken.ThrowIfCancellationRequested();
            ISchedulingPolicy policy = SchedulingPolicies.Optimized(new SearchBudget { MaxSchedules = 1_000, MaxTime = TimeSpan.FromMinutes(1) });
            await using JobLibrary library = new(
                instance.Pools(), instance.Count, policy, job => clock.WaitAsync(instance.Durations[int.Parse(job, CultureInfo.InvariantCulture)] * Unit));
            TaskPlan plan = Scaled(instance.ToPlan(JobLibrary.TaskType));
            TaskGraph graph = library.Check(plan);
            SubtaskOrder order = await policy.OrderAsync(library.ContextOf(graph), cancellationToken);
            TimeSpan planned = ScheduledRun.Play(graph, library.Resources, instance.Count, order, subtask => graph.Subtasks[subtask].EstimatedDuration!.Value).Makespan;
            await using OrchestrationRun run = await library.Orchestrator.StartAsync(plan, cancellationToken);
            RunResult result = await run.WaitAsync(cancellationToken);
            RunSnapshot snapshot = run.GetSnapshot();
            if (result.Outcome != RunOutcome.Succeeded)
            {
                throw new InvalidOperationException($"{instance.Name} did not succeed: {result.Outcome}.");
            }

            ratios.Add((snapshot.EndedAt!.Value - snapshot.StartedAt) / planned);
        }

        // The first was only to warm up.
        ratios.RemoveAt(0);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{instances.Count} instances in real time through the executor, 2 ms per unit: {ratios.Count(ratio => ratio <= Tolerance)} of {ratios.Count} within 5 % of virtual time; median {Statistics.Median(ratios):F3}, worst {ratios.Max():F3}.");
    }

    /// <summary>The same plan with real durations as its estimates.</summary>
    private static TaskPlan Scaled(TaskPlan plan) => plan with
    {
        Subtasks = [.. plan.Subtasks.Select(subtask => subtask with { EstimatedDuration = subtask.EstimatedDuration / TimeSpan.FromSeconds(1) * Unit })],
    };
}
