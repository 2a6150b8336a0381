using System.Globalization;
using AgentOrchestration.Testing;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>800 calls at once of an endpoint that accepts 60 requests and 100,000 input tokens in a minute, and half of it after five minutes.</summary>
internal sealed class RateLimitedCalls : IOptimizeWorkload
{
    private const int Calls = 800;
    private static readonly ScriptedModelOptions Model = new() { RequestsPerMinute = 60, InputTokensPerMinute = 100_000, PromptCacheLifetime = TimeSpan.Zero };
    private static readonly (TimeSpan, double) HalvedMidway = (TimeSpan.FromMinutes(5), 0.5);

    public string Name => "W5 800 calls at once";

    public IEnumerable<OptimizeRow> Measure(OptimizeSettings settings)
    {
        TaskPlan plan = CallPlan.Of(Calls, Prompt);
        var unlimited = new SimulatedWork(new ScriptedModelOptions { PromptCacheLifetime = TimeSpan.Zero }, builder => CallPlan.AddCall(builder));
        var comparison = new OptimizeComparison(Name, [.. settings.AllSeeds.Select(seed => unlimited.Run(plan, seed))]);
        yield return comparison.PlainRow("plain, no limits");

        var retries = new SimulatedWork(Model, builder => CallPlan.AddCall(builder, options =>
        {
            options.Retry.MaxAttempts = 8;
            options.Retry.RetryAfter = CallPlan.RetryAfter;
        }))
        {
            Change = HalvedMidway,
            Figures = (run, server) => new Dictionary<string, double> { ["failed"] = run.Result.Failed.Count(), ["rejected"] = (double)server.Totals.Limited / server.Totals.Requests },
        };
        OptimizeTrial[] alone = [.. settings.AllSeeds.Select(seed => retries.Run(plan, seed))];
        yield return comparison.Row(
            $"8 attempts, no gate: {Mean(alone, "failed", "N0")} failed, {Mean(alone, "rejected", "P1")} rejected", alone, goal: null, isMet: null);
    }

    private static string Mean(IReadOnlyList<OptimizeTrial> trials, string figure, string format) =>
        trials.Average(trial => trial.Figures[figure]).ToString(format, CultureInfo.InvariantCulture);

    /// <summary>From 200 to 2,600 tokens.</summary>
    private static string Prompt(int call) => string.Create(CultureInfo.InvariantCulture, $"{call} {new string('x', 800 + (call * 7_919 % 9_600))}");
}
