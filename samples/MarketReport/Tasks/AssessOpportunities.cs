using AgentOrchestration;
using MarketReport.Facts;
using MarketReport.Reading;

namespace MarketReport.Tasks;

[TaskType("assess_opportunities", Description = "Computes the facts of the section recommendations: leaders, laggards, gaps.", Effect = TaskEffect.Read)]
internal sealed class AssessOpportunities(ReportSettings settings) : ITaskHandler<MarketData, FactSheet>
{
    public ValueTask<FactSheet> ExecuteAsync(MarketData input, TaskContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Recommendations.Compute(input, settings.Topic));
}
