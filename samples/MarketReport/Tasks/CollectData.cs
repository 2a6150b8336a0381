using AgentOrchestration;
using MarketReport.Reading;

namespace MarketReport.Tasks;

[TaskType("collect_data", Description = "Reads the data of the request and says what they are. Needs no input; the analyses and charts need its output.", Effect = TaskEffect.Read)]
internal sealed class CollectData(ReportSettings settings) : ITaskHandler<None, MarketData>
{
    public ValueTask<MarketData> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) =>
        ValueTask.FromResult(MarketCsv.Read(settings.DataFile, settings.Excluded, settings.Included, settings.Columns));
}
