using System.Globalization;
using AgentOrchestration.Tasks.Endpoints;
using AgentOrchestration.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>800 calls at once of an endpoint that accepts 60 requests and 100,000 input tokens in a minute, and half of it after five minutes.</summary>
internal sealed class RateLimitedCalls : IOptimizeWorkload
{
    private const int Calls = 800;
    private const string Endpoint = "gpt";
    private static readonly ScriptedModelOptions Model = new() { RequestsPerMinute = 60, InputTokensPerMinute = 100_000, PromptCacheLifetime = TimeSpan.Zero };
    private static readonly (TimeSpan At, double Factor) HalvedMidway = (TimeSpan.FromMinutes(5), 0.5);

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

        foreach (bool hasHeaders in new[] { true, false })
        {
            OptimizeTrial[] gated = [.. settings.AllSeeds.Select(seed => Gated(hasHeaders).Run(plan, seed))];
            double late = gated.Average(trial => trial.Figures["rejected after warm-up"]);
            double all = gated.Average(trial => trial.Figures["rejected"]);
            double used = gated.Min(trial => Ideal() / trial.Makespan.TotalSeconds);
            double failed = gated.Sum(trial => trial.Figures["failed"]);
            string figures = string.Create(
                CultureInfo.InvariantCulture, $"≤ 1 % rejected after warm-up: {late:P1}; ≤ 3 % in all: {all:P1}; ≥ 95 % of the limits: {used:P1}; none failed: {failed}");
            yield return hasHeaders
                ? comparison.Row("gate", gated, figures, late <= 0.01 && all <= 0.03 && used >= 0.95 && failed == 0)
                : comparison.Row("gate, no headers but retry-after", gated, $"none without headers; {figures}", isMet: null);
        }
    }

    private static SimulatedWork Gated(bool hasHeaders)
    {
        var warmUp = new ScriptedModelTotals();
        return new SimulatedWork(
            hasHeaders ? Model : new ScriptedModelOptions { RequestsPerMinute = 60, InputTokensPerMinute = 100_000, PromptCacheLifetime = TimeSpan.Zero, Headers = ScriptedModelHeaders.RetryAfterOnly },
            builder =>
            {
                builder.AddModelEndpoint(Endpoint, endpoint =>
                {
                    endpoint.RequestsPerMinute = 60;
                    endpoint.InputTokensPerMinute = 100_000;
                });
                CallPlan.AddCall(builder, options => options.Endpoint = Endpoint);
            })
        {
            Change = HalvedMidway,
            Wrap = (provider, server) =>
            {
                var endpoint = provider.GetRequiredKeyedService<IModelEndpoint>(Endpoint);
                return endpoint.Wrap(new HeaderReadingClient(server, endpoint, totals => warmUp = totals));
            },
            Figures = (run, server) => new Dictionary<string, double>
            {
                ["failed"] = run.Result.Failed.Count(),
                ["rejected"] = (double)server.Totals.Limited / server.Totals.Requests,
                ["rejected after warm-up"] = (double)(server.Totals.Limited - warmUp.Limited) / (server.Totals.Requests - warmUp.Requests),
            },
        };
    }

    /// <summary>The seconds in which the limits allow all calls: a minute's worth at once, then at the rate, half of it after the change.</summary>
    private static double Ideal()
    {
        double tokens = Enumerable.Range(0, Calls).Sum(call => Prompt(call).Length / 4.0);
        double full = Math.Max((Calls - 60) / 1.0, (tokens - 100_000) / (100_000 / 60.0));
        return full <= HalvedMidway.At.TotalSeconds ? full : HalvedMidway.At.TotalSeconds + ((full - HalvedMidway.At.TotalSeconds) * 2);
    }

    private static string Mean(IReadOnlyList<OptimizeTrial> trials, string figure, string format) =>
        trials.Average(trial => trial.Figures[figure]).ToString(format, CultureInfo.InvariantCulture);

    /// <summary>From 200 to 2,600 tokens.</summary>
    private static string Prompt(int call) => string.Create(CultureInfo.InvariantCulture, $"{call} {new string('x', 800 + (call * 7_919 % 9_600))}");
}
