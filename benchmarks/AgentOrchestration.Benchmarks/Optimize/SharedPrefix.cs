using System.Globalization;
using AgentOrchestration.Testing;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>12 calls that begin with the same 20,000 tokens.</summary>
internal sealed class SharedPrefix : IOptimizeWorkload
{
    private const int Calls = 12;
    private const int PrefixTokens = 20_000;
    private static readonly string Prefix = new('p', PrefixTokens * 4);

    public string Name => "W7 12 calls with an equal prefix";

    public IEnumerable<OptimizeRow> Measure(OptimizeSettings settings)
    {
        TaskPlan plan = CallPlan.Of(Calls, call => string.Create(CultureInfo.InvariantCulture, $"{Prefix} {call}"));
        var work = new SimulatedWork(new ScriptedModelOptions(), builder => CallPlan.AddCall(builder));
        var comparison = new OptimizeComparison(Name, [.. settings.AllSeeds.Select(seed => work.Run(plan, seed))]);
        yield return comparison.PlainRow();
    }
}
