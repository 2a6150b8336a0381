using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Durable;

/// <summary>A fresh place where runs are remembered, which is gone afterwards.</summary>
internal abstract class DurableBed : IAsyncDisposable
{
    /// <summary>Gets the name of the engine in the tables.</summary>
    public abstract string Engine { get; }

    /// <summary>Remembers runs here.</summary>
    public abstract void Use(IAgentOrchestrationBuilder builder);

    /// <summary>Gets how large it is now.</summary>
    public abstract Task<long> MeasureAsync(CancellationToken cancellationToken);

    /// <summary>Weighs what is remembered, when what need not stay is gone. Nobody uses it any longer.</summary>
    /// <param name="time">How long the runs took.</param>
    /// <param name="grown">By how much it had grown when they had ended.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public abstract Task<JournalCost> WeighAsync(TimeSpan time, long grown, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
