using AgentOrchestration;
using MarketReport.Facts;
using MarketReport.Reading;

namespace MarketReport.Tasks;

[TaskType("analyze_market", Description = "Computes the facts of the section market_overview: size, growth, largest markets.", Effect = TaskEffect.Read)]
internal sealed class AnalyzeMarket : ITaskHandler<MarketData, FactSheet>
{
    public ValueTask<FactSheet> ExecuteAsync(MarketData input, TaskContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(MarketOverview.Compute(input));
}
