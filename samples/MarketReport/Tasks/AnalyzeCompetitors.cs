using AgentOrchestration;
using MarketReport.Facts;
using MarketReport.Reading;

namespace MarketReport.Tasks;

[TaskType("analyze_competitors", Description = "Computes the facts of the section competitor_analysis: shares, ranks, gains and losses.", Effect = TaskEffect.Read)]
internal sealed class AnalyzeCompetitors(ReportSettings settings) : ITaskHandler<MarketData, FactSheet>
{
    public ValueTask<FactSheet> ExecuteAsync(MarketData input, TaskContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(CompetitorAnalysis.Compute(input, settings.Topic));
}
