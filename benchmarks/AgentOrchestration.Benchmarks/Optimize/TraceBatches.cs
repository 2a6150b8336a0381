using AgentOrchestration.Benchmarks.Schedules;
using AgentOrchestration.Tasks.Batching;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>Real workflows in which tasks of one program may share a call: with four workers, and without a limit. Estimates differ from durations by a factor with sigma 0.5.</summary>
internal sealed class TraceBatches : IOptimizeWorkload
{
    private const double Sigma = 0.5;
    private const int Workers = 4;

    public string Name => "W2 traces by program";

    public IEnumerable<OptimizeRow> Measure(OptimizeSettings settings)
    {
        if (settings.Data?.EnumerateDirectories("workflows").FirstOrDefault() is not { } folder)
        {
            yield break;
        }

        WorkflowTrace[] traces = [.. folder.EnumerateFiles("*.json").OrderBy(file => file.Name, StringComparer.Ordinal).Select(WorkflowTrace.Read)];
        int tasks = traces.Sum(trace => trace.Count);
        OptimizeTrial[] alone = Run(Workers, 1, BatchHold.None);
        OptimizeTrial[] ready = Run(Workers, 1_000, BatchHold.None);
        OptimizeTrial[] held = Run(Workers, 1_000, BatchHold.WhenOthersAreDue);
        var limited = new OptimizeComparison($"{Name}, {Workers} workers", alone);
        yield return limited.PlainRow("one by one");
        yield return limited.Row(Figures("what is ready", ready, alone), ready, "at most 0.30 requests per task, 0.55 of the makespan", Requests(ready) <= 0.30 && Ratio(ready, alone) <= 0.55);
        yield return limited.Row(Figures("held for known arrivals", held, alone), held, "at most 0.30 requests per task, 0.55 of the makespan", Requests(held) <= 0.30 && Ratio(held, alone) <= 0.55);

        OptimizeTrial[] free = Run(int.MaxValue, 1, BatchHold.None);
        OptimizeTrial[] freeHeld = Run(int.MaxValue, 1_000, BatchHold.WhenOthersAreDue);
        var unlimited = new OptimizeComparison($"{Name}, no limit", free);
        yield return unlimited.PlainRow("one by one");
        yield return unlimited.Row(Figures("held for known arrivals", freeHeld, free), freeHeld, "makespan at most +1.5 %", Ratio(freeHeld, free) <= 1.015);

        OptimizeTrial[] Run(int workers, int maxSize, BatchHold hold) =>
        [
            .. from trace in traces
               from seed in settings.AllSeeds
               select RunTrace(trace, seed, workers, maxSize, hold),
        ];

        double Requests(OptimizeTrial[] trials) => (double)trials.Sum(trial => trial.Requests) / (tasks * settings.Seeds);

        string Figures(string feature, OptimizeTrial[] trials, OptimizeTrial[] plain) =>
            FormattableString.Invariant($"{feature}: {Requests(trials):F2} requests per task, {Ratio(trials, plain):F3} of the makespan");
    }

    /// <summary>The mean over traces and seeds of a makespan beside the plain one.</summary>
    private static double Ratio(OptimizeTrial[] trials, OptimizeTrial[] plain) => trials.Zip(plain, (trial, other) => trial.Makespan / other.Makespan).Average();

    private static OptimizeTrial RunTrace(WorkflowTrace trace, int seed, int workers, int maxSize, BatchHold hold) => new BatchedWork(
        trace.Programs.ToDictionary(program => program, _ => true), id => trace.RuntimeOf(id).TotalSeconds)
    { MaxParallelism = workers }
        .Run(trace.ToCallPlan(task => BatchedWork.Vary(trace.RuntimeOf($"t{task}").TotalSeconds, seed, $"t{task}", Sigma)), seed, maxSize, hold);
}
