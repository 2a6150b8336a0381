using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Scheduling;
using AgentOrchestration.Tasks;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>Sixty-four attempts at a time spend one budget. CsCheck prints the seed of a failure.</summary>
public sealed class BudgetProperties
{
    private const int Spenders = 64;
    private const int Expected = 10;
    private const int Most = 25;

    private static readonly TaskGraph Graph = GraphOf.Plan(
        plan =>
        {
            for (int i = 0; i < 150; i++)
            {
                plan.Add($"s{i}", "work");
            }
        },
        options: options => options.ExpectedUsage = new TaskUsage(Expected, 0, 0));

    [Fact]
    public void A_run_overshoots_its_budget_by_no_more_than_what_is_in_flight_uses_beyond_its_reservation() =>
        Gen.Select(Gen.Int[0, 2500], Gen.Int[1, 160], Gen.Int).Sample(
            (maxTokens, maxAttempts, seed) =>
            {
                var budget = new RunBudget { MaxTokens = maxTokens, MaxAttempts = maxAttempts, WhenExhausted = BudgetAction.Finish };
                var host = new VirtualTimeHost(
                    Graph,
                    new ResourcePools([]),
                    new RunOptions { MaxParallelism = Spenders, Budget = budget },
                    (subtask, _) => CodeOf(subtask, seed),
                    seed: seed);

                Check(budget, host.Run());
            },
            iter: Simulations.Of(10_000));

    private static VirtualAttempt CodeOf(int subtask, int seed)
    {
        ulong chance = SplitMix64.Mix((ulong)seed ^ SplitMix64.Mix((ulong)subtask));
        return new VirtualAttempt(TimeSpan.FromTicks(1 + (long)(chance % 7))) { Usage = new TaskUsage((int)(chance >> 8) & 0xF, (int)((chance >> 16) % (Most - 15)), 0) };
    }

    private static void Check(RunBudget budget, IReadOnlyList<RunEvent> events)
    {
        long used = 0;
        int running = 0;
        int started = 0;
        foreach (RunEvent next in events)
        {
            switch (next)
            {
                case AttemptStarted:
                    running++;
                    started++;
                    Assert.True(used + (running * Expected) <= budget.MaxTokens, $"An attempt started with {used} tokens used and {running} attempts in flight.");
                    break;
                case UsageCounted counted:
                    used += counted.Usage.Tokens;
                    break;
                case SubtaskSucceeded:
                    running--;
                    break;
            }
        }

        Assert.True(started <= budget.MaxAttempts);
        Assert.True(used <= budget.MaxTokens + (Spenders * (Most - Expected)));
        Assert.IsType<RunEnded>(events[^1]);
    }
}
