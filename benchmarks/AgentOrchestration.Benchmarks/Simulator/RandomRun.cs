using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;

namespace AgentOrchestration.Benchmarks.Simulator;

/// <summary>One run in virtual time, all of its chances from one seed.</summary>
internal static class RandomRun
{
    private static readonly RunOptions Options = new() { MaxParallelism = 4 };
    private static readonly SubtaskError Broken = new("Broken", "It broke.");

    public static SimulatedTotals Play(TaskGraph graph, int seed)
    {
        var random = new SeededRandom((ulong)seed);
        var host = new VirtualTimeHost(graph, new ResourcePools([]), Options, (_, _) => RandomAttempt(random), seed: seed);
        bool isCancelled = random.Below(10) == 0;
        if (isCancelled)
        {
            host.At(TimeSpan.FromMilliseconds(random.Below(200)), static (core, now, decisions) => core.CancelRun(now, decisions));
        }

        (long attempts, long failures) = (0, 0);
        foreach (RunEvent next in host.Run())
        {
            attempts += next is AttemptStarted ? 1 : 0;
            failures += next is AttemptFailed or SubtaskFailed ? 1 : 0;
        }

        return new SimulatedTotals(attempts, failures, host.Core.State.Outcome == RunOutcome.Cancelled ? 1 : 0);
    }

    private static VirtualAttempt RandomAttempt(SeededRandom random) =>
        new(TimeSpan.FromMilliseconds(random.Lognormal(median: 30, sigma: 1)), random.Below(10) == 0 ? Broken : null)
        {
            StopsAfter = random.Below(10) == 0 ? null : TimeSpan.FromMilliseconds(random.Below(20)),
        };
}
