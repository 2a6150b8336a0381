using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Sinks, which observe the events of all runs.</summary>
internal static class SinkOperations
{
    private const int Observed = 100;

    public static IEnumerable<GrowthOperation> All =>
    [
        new("sinks/one, of a growing run", "subtasks", static n => Run(n, sinks: 1)) { Smallest = 1_000, IsOnce = true },
        new("sinks/many, of one run", "sinks", static n => Run(Observed, sinks: n)) { Smallest = 16, IsOnce = true },
    ];

    private static Trial Run(int subtasks, int sinks)
    {
        CountingSink[] all = [.. Enumerable.Range(0, sinks).Select(static _ => new CountingSink(runs: 1))];
        TaskPlan plan = WidePlans.Create(subtasks);
        return Trial.Using(() => GrowthHost.Create(register: builder => Array.ForEach(all, sink => builder.Services.AddSingleton<IRunEventSink>(sink))), async host =>
        {
            await host.RunAsync(plan);
            await Task.WhenAll(all.Select(static sink => sink.Ended));
            if (all.Any(sink => sink.Events < 2 * subtasks))
            {
                throw new InvalidOperationException("A sink has observed too few events.");
            }
        });
    }
}
