using System.Text.Json;
using AgentOrchestration.Benchmarks.AgentFramework;
using AgentOrchestration.Benchmarks.Compare;
using Microsoft.Agents.AI.Workflows;
using Microsoft.Agents.AI.Workflows.Checkpointing;

namespace AgentOrchestration.Benchmarks.Durable;

/// <summary>The same graph as a workflow of Microsoft Agent Framework, without checkpoints and with its checkpoints in files.</summary>
internal sealed class AgentFrameworkDurability(int concurrency, int tasks)
{
    private readonly AgentFrameworkWorkflow _workflow = new(ConcurrentLayers.Create(concurrency, tasks), (_, _) => ValueTask.FromResult(Answer.Instance));

    /// <summary>In memory and with checkpoints by turns; medians.</summary>
    public async Task<DurableRow> MeasureAsync(int repetitions, CancellationToken cancellationToken)
    {
        List<double> inMemory = [];
        List<double> overheads = [];
        List<JournalCost> costs = [];
        for (int i = 0; i < repetitions; i++)
        {
            TimeSpan memory = await RunAsync(checkpoints: null, cancellationToken);
            JournalCost cost = await RunDurablyAsync(cancellationToken);
            inMemory.Add(memory.TotalMicroseconds / tasks);
            overheads.Add((cost.Time - memory).TotalMicroseconds / tasks);
            costs.Add(cost);
        }

        long payload = JsonSerializer.SerializeToUtf8Bytes(Answer.Instance, JsonSerializerOptions.Web).Length;
        return new DurableRow(
            DurableRow.AgentFramework, concurrency, tasks, Statistics.Median(overheads), Statistics.Median(costs.Select(cost => ((double)cost.BytesKept / tasks) - payload)))
        {
            MicrosecondsInMemory = Statistics.Median(inMemory),
            BytesGrown = Statistics.Median(costs.Select(cost => (double)cost.BytesGrown / tasks)),
            Runs = 1,
        };
    }

    private async Task<JournalCost> RunDurablyAsync(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        using var store = new FileSystemJsonCheckpointStore(new DirectoryInfo(folder.FullName));
        TimeSpan time = await RunAsync(CheckpointManager.CreateJson(store, JsonSerializerOptions.Web), cancellationToken);
        return new JournalCost(time, folder.Bytes, folder.Bytes);
    }

    private async Task<TimeSpan> RunAsync(CheckpointManager? checkpoints, CancellationToken cancellationToken)
    {
        _workflow.ForgetResults();
        GC.Collect();
        long start = TimeProvider.System.GetTimestamp();
        await using Run run = checkpoints is null ? await _workflow.RunAsync(cancellationToken) : await _workflow.RunAsync(checkpoints, cancellationToken);
        TimeSpan elapsed = TimeProvider.System.GetElapsedTime(start);
        return _workflow.ResultCount == tasks ? elapsed : throw new InvalidOperationException($"{_workflow.ResultCount} of {tasks} tasks have a result.");
    }
}
