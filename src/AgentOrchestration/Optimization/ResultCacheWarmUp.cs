using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Optimization;

/// <summary>Takes results of earlier runs into the cache when the host starts. The host waits for it only when it stops.</summary>
internal sealed class ResultCacheWarmUp(IResultCacheControl cache, ResultCacheOptions options, ILogger logger) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _warming = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.WarmFromJournal)
        {
            _warming = Task.Run(WarmAsync, CancellationToken.None);
        }

        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _warming.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stop.Dispose();

    private async Task WarmAsync()
    {
        try
        {
            OptimizationLog.Warmed(logger, await cache.WarmFromJournalAsync(_stop.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (Exception exception)
        {
            OptimizationLog.NotWarmed(logger, exception);
        }
    }
}
