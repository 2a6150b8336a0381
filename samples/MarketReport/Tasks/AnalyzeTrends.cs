using AgentOrchestration;
using MarketReport.Facts;
using MarketReport.Reading;

namespace MarketReport.Tasks;

[TaskType("analyze_trends", Description = "Computes the facts of the section trends_analysis: how everything changed over ten years.", Effect = TaskEffect.Read)]
internal sealed class AnalyzeTrends(ReportSettings settings) : ITaskHandler<MarketData, FactSheet>
{
    public ValueTask<FactSheet> ExecuteAsync(MarketData input, TaskContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(TrendsAnalysis.Compute(input, settings.Topic));
}
