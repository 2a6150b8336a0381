using AgentOrchestration;
using MarketReport.Charts;
using MarketReport.Reading;

namespace MarketReport.Tasks;

[TaskType("generate_charts", Description = "Draws all charts of the report from the data.", Effect = TaskEffect.Read)]
internal sealed class GenerateCharts(ReportSettings settings) : ITaskHandler<MarketData, IReadOnlyList<Chart>>
{
    public ValueTask<IReadOnlyList<Chart>> ExecuteAsync(MarketData input, TaskContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(MarketCharts.RenderAll(input, settings.Topic));
}
