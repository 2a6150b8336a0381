using System.Globalization;
using AgentOrchestration.Tasks.Endpoints;
using AgentOrchestration.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>500 calls that are to be done within a day, of an endpoint that accepts 60 requests in a minute and has batches at half the price.</summary>
internal sealed class DeferredCalls : IOptimizeWorkload
{
    private const int Calls = 500;
    private const int RunsPerSeed = 40;
    private const string Endpoint = "gpt";
    private static readonly TimeSpan Deadline = TimeSpan.FromHours(24);
    private static readonly ScriptedModelOptions Model = ModelOf();

    public string Name => "W8 500 calls within a day";

    public IEnumerable<OptimizeRow> Measure(OptimizeSettings settings)
    {
        TaskPlan plan = CallPlan.Of(Calls, call => string.Create(CultureInfo.InvariantCulture, $"{call} {new string('x', 800 + (call * 7_919 % 9_600))}"));
        int[] seeds = [.. settings.AllSeeds.SelectMany(seed => Enumerable.Range(0, RunsPerSeed).Select(run => (seed * RunsPerSeed) + run))];
        OptimizeTrial plain = Work(new ScriptedBatchOptions(), deferCallsWithin: null).Run(plan, seed: 0);
        var comparison = new OptimizeComparison(Name, [.. seeds.Select(_ => plain)]);
        yield return comparison.PlainRow();

        foreach ((string what, Func<int, ScriptedBatchOptions> batches, decimal? most) in new (string, Func<int, ScriptedBatchOptions>, decimal?)[]
        {
            ("batches, median 7 min, nine of ten in 1 h", static seed => new ScriptedBatchOptions { Seed = seed }, 0.55m),
            ("batches, median 12 h, nine of ten in 48 h", static seed => new ScriptedBatchOptions { Seed = seed, Median = TimeSpan.FromHours(12), NinthDecile = TimeSpan.FromHours(48) }, null),
            ("batches that answer nothing", static seed => new ScriptedBatchOptions { Seed = seed, Median = TimeSpan.FromDays(10_000), NinthDecile = TimeSpan.FromDays(10_001) }, null),
        })
        {
            OptimizeTrial[] trials = [.. seeds.Select(seed => Work(batches(seed), Deadline).Run(plan, seed))];
            decimal cost = trials.Average(trial => trial.Cost) / plain.Cost;
            double kept = (double)trials.Count(trial => trial.Makespan <= Deadline) / trials.Length;
            bool isCounted = trials.All(trial => Math.Abs(trial.Figures["spent"] - (double)trial.Cost) < 1e-9 && Math.Abs(trial.Figures["without"] - (double)plain.Cost) < 1e-9);
            string figures = string.Create(
                CultureInfo.InvariantCulture,
                $"{(most is { } limit ? $"cost ≤ {limit} ×: {cost:F3}" : $"cost: {cost:F3}")}; deadline kept in 100 % of {trials.Length}: {kept:P1}; spent + avoided = plain: {(isCounted ? "yes" : "no")}");
            yield return comparison.Row(what, trials, figures, (most is null || cost <= most) && kept == 1 && isCounted);
        }
    }

    private static SimulatedWork Work(ScriptedBatchOptions batches, TimeSpan? deferCallsWithin) => new(
        Model,
        builder =>
        {
            builder
                .AddModelEndpoint(Endpoint, endpoint => endpoint.RequestsPerMinute = 60)
                .AddBatchEndpoint(Endpoint, provider => new ScriptedBatchEndpoint(
                    provider.GetRequiredService<ScriptedModelServer>(), batches, provider.GetRequiredService<TimeProvider>()));
            builder.UsePrices(new ScriptedModelServer(Model).Prices);
            CallPlan.AddCall(builder, options => options.Endpoint = Endpoint);
        })
    {
        DeferCallsWithin = deferCallsWithin,
        Wrap = (provider, server) => provider.GetRequiredKeyedService<IModelEndpoint>(Endpoint).Wrap(server),
        Figures = (run, _) =>
        {
            RunSavings savings = run.Result.Savings;
            return new Dictionary<string, double> { ["spent"] = (double)savings.Spent.Cost, ["without"] = (double)(savings.Spent.Cost + savings.Net.Cost) };
        },
    };

    private static ScriptedModelOptions ModelOf()
    {
        var defaults = new ScriptedModelOptions();
        return new ScriptedModelOptions
        {
            RequestsPerMinute = 60,
            PromptCacheLifetime = TimeSpan.Zero,
            Price = defaults.Price with
            {
                Batched = defaults.Price with { InputPerToken = defaults.Price.InputPerToken / 2, OutputPerToken = defaults.Price.OutputPerToken / 2 },
            },
        };
    }
}
