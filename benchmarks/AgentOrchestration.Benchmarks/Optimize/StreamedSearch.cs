using AgentOrchestration.Tasks.Batching;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>Searches that share a request, each answered when its own time is over.</summary>
[TaskType("search", Description = "Searches.", Effect = TaskEffect.Pure), Batchable]
internal sealed class StreamedSearch(StreamedSearch.Service service) : IBatchTaskHandler<CallInput, string>
{
    public async ValueTask ExecuteAsync(BatchItems<CallInput, string> items, BatchContext context, CancellationToken cancellationToken)
    {
        service.Count();
        await Task.WhenAll(items.Select(async item =>
        {
            await Task.Delay(TimeSpan.FromSeconds(service.SecondsOf(item.Input.Prompt)), context.TimeProvider, cancellationToken);
            item.Succeed(service.Answer(item.Input.Prompt));
        }));
    }

    /// <summary>What searches.</summary>
    internal sealed record Service(Func<string, double> SecondsOf, Func<string, string> Answer, Action Count);
}
