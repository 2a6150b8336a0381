using System.Globalization;
using AgentOrchestration.Testing;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>12 calls that begin with the same 20,000 tokens.</summary>
internal sealed class SharedPrefix : IOptimizeWorkload
{
    private const int Calls = 12;
    private const int PrefixTokens = 20_000;
    private const double FirstToken = 0.5 + (0.1 * PrefixTokens / 1_000);
    private static readonly string Prefix = new('p', PrefixTokens * 4);

    public string Name => "W7 12 calls with an equal prefix";

    public IEnumerable<OptimizeRow> Measure(OptimizeSettings settings)
    {
        TaskPlan plan = CallPlan.Of(Calls, call => string.Create(CultureInfo.InvariantCulture, $"{Prefix} {call}"));
        var work = new SimulatedWork(new ScriptedModelOptions(), builder => CallPlan.AddCall(builder)) { Figures = OutputOf };
        var comparison = new OptimizeComparison(Name, [.. settings.AllSeeds.Select(seed => work.Run(plan, seed))]);
        yield return comparison.PlainRow();

        var shared = new SimulatedWork(new ScriptedModelOptions(), builder => CallPlan.AddCall(builder, options => options.SharedPrompt = _ => "document")) { Figures = OutputOf };
        OptimizeTrial[] opened = [.. settings.AllSeeds.Select(seed => shared.Run(plan, seed))];
        double prefixes = (double)(opened.Average(trial => trial.Cost - OutputCost(trial)) / (PrefixTokens * new ScriptedModelOptions().Price.InputPerToken!.Value));
        double plainPrefixes = (double)(comparison.PlainTrials.Average(trial => trial.Cost - OutputCost(trial)) / (PrefixTokens * new ScriptedModelOptions().Price.InputPerToken!.Value));
        double later = opened.Zip(comparison.PlainTrials, (trial, plainTrial) => (trial.Makespan - plainTrial.Makespan).TotalSeconds).Max();
        yield return comparison.Row(
            "shared prompt",
            opened,
            string.Create(CultureInfo.InvariantCulture, $"≤ 2.5 P of input (plain: {plainPrefixes:F2}): {prefixes:F2}; makespan ≤ +1 TTFT ({FirstToken:F1} s): {later:+0.0;-0.0} s"),
            prefixes <= 2.5 && later <= FirstToken);
    }

    private static Dictionary<string, double> OutputOf(SimulatedRun run, ScriptedModelServer server) => new() { ["output"] = server.Totals.OutputTokens };

    private static decimal OutputCost(OptimizeTrial trial) => (decimal)trial.Figures["output"] * new ScriptedModelOptions().Price.OutputPerToken!.Value;
}
