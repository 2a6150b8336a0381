using AgentOrchestration;

namespace Tour;

[TaskType("data_processing", Description = "Reads one CSV file.", Effect = TaskEffect.Pure)]
[RequiresResource("memory", 64)]
public sealed class DataProcessing(ICsvReader csv) : ITaskHandler<CsvFile, Table>
{
    public async ValueTask<Table> ExecuteAsync(CsvFile input, TaskContext context, CancellationToken cancellationToken)
    {
        context.ReportProgress(0.1, "reading");
        return await csv.ReadAsync(input.Path, cancellationToken);
    }
}
