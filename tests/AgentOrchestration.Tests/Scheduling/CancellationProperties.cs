using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Scheduling;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>A thousand attempts run when somebody cancels, some of them deaf. CsCheck prints the seed of a failure.</summary>
public sealed class CancellationProperties
{
    private const int Wide = 1000;

    private static readonly TaskGraph Graph = GraphOf.Plan(plan =>
    {
        for (int i = 0; i < Wide; i++)
        {
            plan.Add($"after-{i}", "work", after: [plan.Add($"first-{i}", "work")]);
        }
    });

    [Fact]
    public void A_cancelled_run_starts_nothing_more_waits_for_no_deaf_code_and_says_which_it_was() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[1, Wide], Gen.Int[0, 20], Gen.Int).Sample(
            (at, parallelism, deafInThousand, seed) =>
            {
                HashSet<string> deaf = [];
                var options = new RunOptions { MaxParallelism = parallelism, CancellationGracePeriod = TimeSpan.FromSeconds(30) };
                var host = new VirtualTimeHost(
                    Graph,
                    new ResourcePools([]),
                    options,
                    (subtask, _) =>
                    {
                        ulong chance = SplitMix64.Mix((ulong)seed ^ SplitMix64.Mix((ulong)subtask));
                        bool isDeaf = chance % 1000 < (ulong)deafInThousand;
                        if (isDeaf)
                        {
                            deaf.Add(Graph.Subtasks[subtask].Id);
                        }

                        return new VirtualAttempt(isDeaf ? TimeSpan.FromDays(1) : TimeSpan.FromMilliseconds(chance % 40))
                        {
                            StopsAfter = isDeaf ? null : TimeSpan.FromMilliseconds(chance % 5),
                        };
                    },
                    seed: seed);
                host.At(TimeSpan.FromMilliseconds(at), static (core, now, decisions) => core.CancelRun(now, decisions));

                Check(host.Run(), deaf);
            },
            iter: Simulations.Of(1_000));

    private static void Check(IReadOnlyList<RunEvent> events, HashSet<string> deaf)
    {
        int stop = events.ToList().FindIndex(next => next is StopRequested);
        Assert.DoesNotContain(events.Skip(stop + 1), next => stop >= 0 && next is AttemptStarted);
        Assert.IsType<RunEnded>(events[^1]);
        Assert.Equal(Graph.Count, events.Count(next => next is SubtaskSucceeded or SubtaskCancelled or SubtaskSkipped));
        if (stop >= 0)
        {
            Assert.Equal(deaf.Order(StringComparer.Ordinal), events.OfType<AttemptAbandoned>().Select(abandoned => abandoned.SubtaskId).Order(StringComparer.Ordinal));
            Assert.True(events[^1].Time - events[stop].Time <= TimeSpan.FromSeconds(deaf.Count > 0 ? 30 : 0.005));
        }
    }
}
