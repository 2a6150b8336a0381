using System.Globalization;
using System.Text.Json.Nodes;
using AgentOrchestration.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>Rounds of calls that each wait for the one before, where 2 % of the calls take ten times as long to their first token; and the same when all calls become as slow.</summary>
internal sealed class Stragglers : IOptimizeWorkload
{
    private const int Rounds = 20;
    private const int CallsInRound = 50;
    private const double Share = 0.02;
    private const string Join = "join";

    private static readonly TimeSpan Never = TimeSpan.MaxValue;
    private static readonly TimeSpan Midway = TimeSpan.FromSeconds(60);

    public string Name => "W6 2 % of the calls take 10 times as long";

    public IEnumerable<OptimizeRow> Measure(OptimizeSettings settings)
    {
        TaskPlan plan = Plan();
        OptimizeTrial[] plain = Run(Never, share: 0);
        OptimizeTrial[] hedged = Run(Never, Share);
        var comparison = new OptimizeComparison(Name, plain);
        yield return comparison.PlainRow(string.Create(CultureInfo.InvariantCulture, $"plain: p99 of the first token {Mean(plain, "p99"):F2} s"));
        double ratio = Mean(hedged, "p99") / Mean(plain, "p99");
        double extra = Extra(hedged, plain);
        yield return comparison.Row(
            string.Create(CultureInfo.InvariantCulture, $"hedge share {Share:P0}: {Mean(hedged, "hedges"):F1} hedges, p99 {Mean(hedged, "p99"):F2} s"),
            hedged,
            string.Create(CultureInfo.InvariantCulture, $"p99 of the first token ≤ 0.5 ×: {ratio:F2}; ≤ 2 % extra requests: {extra:P1}"),
            ratio <= 0.5 && extra <= Share);

        OptimizeTrial[] slow = Run(Midway, share: 0);
        OptimizeTrial[] slowHedged = Run(Midway, Share);
        double more = Extra(slowHedged, slow);
        var slower = new OptimizeComparison($"{Name}, from one minute on all do", slow);
        yield return slower.PlainRow();
        yield return slower.Row(
            string.Create(CultureInfo.InvariantCulture, $"hedge share {Share:P0}: {Mean(slowHedged, "hedges"):F1} hedges"),
            slowHedged,
            string.Create(CultureInfo.InvariantCulture, $"≤ 2 % extra requests: {more:P1}"),
            more <= Share);

        OptimizeTrial[] Run(TimeSpan slowFrom, double share) => [.. settings.AllSeeds.Select(seed => WorkOf(slowFrom, share, seed).Run(plan, seed))];
    }

    private static SimulatedWork WorkOf(TimeSpan slowFrom, double share, int seed)
    {
        FirstTokenClient? client = null;
        var model = new ScriptedModelOptions { Seed = seed, StragglerShare = 0.02, PromptCacheLifetime = TimeSpan.Zero };
        return new SimulatedWork(model, builder =>
        {
            builder.Services.Configure<AgentOrchestrationOptions>(options => options.Runs.Extra = new ExtraWork { HedgeShare = share });
            CallPlan.AddCall(builder);
            builder.AddTaskType(Join, "Waits for a round.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("joined"));
        })
        {
            Wrap = (provider, server) => client = new FirstTokenClient(server, provider.GetRequiredService<TimeProvider>(), slowFrom, 9 * model.Latency),
            Figures = (run, _) => new Dictionary<string, double>
            {
                ["p99"] = client!.Waits[(int)(client.Waits.Length * 0.99)].TotalSeconds,
                ["hedges"] = run.Result.Subtasks.Sum(subtask => subtask.AttemptIntervals.Count(span => span.HedgeOf is not null)),
            },
        };
    }

    private static TaskPlan Plan() => TaskPlan.Create(plan =>
    {
        SubtaskRef? before = null;
        for (int round = 0; round < Rounds; round++)
        {
            List<SubtaskRef> calls = [];
            for (int call = 0; call < CallsInRound; call++)
            {
                calls.Add(plan.Add($"call-{round}-{call}", "call", new JsonObject { ["prompt"] = $"Question {call} of round {round}." }, after: After(before)));
            }

            before = plan.Add($"join-{round}", Join, after: calls);
        }
    });

    private static SubtaskRef[] After(SubtaskRef? before) => before is { } last ? [last] : [];

    private static double Extra(IReadOnlyList<OptimizeTrial> trials, IReadOnlyList<OptimizeTrial> plain) => trials.Zip(plain, static (trial, one) => (double)(trial.Requests - one.Requests) / one.Requests).Max();

    private static double Mean(IReadOnlyList<OptimizeTrial> trials, string figure) => trials.Average(trial => trial.Figures[figure]);
}
