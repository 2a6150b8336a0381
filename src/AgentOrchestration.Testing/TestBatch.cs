using AgentOrchestration.Tasks.Batching;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing;

/// <summary>Items that are given to code in one call, without a run.</summary>
/// <param name="code">The code.</param>
/// <param name="services">What it finds.</param>
internal sealed class TestBatch(BatchCode code, IServiceProvider services) : Batch(code)
{
    /// <summary>All items have come: the code is called for them.</summary>
    public void Call() => Open();

    public override IServiceScope CreateScope() => services.CreateScope();

    public override ValueTask<T> RentAsync<T>(string resource, CancellationToken cancellationToken) =>
        throw new NotSupportedException($"No object of the resource '{resource}' can be lent here.");

    public override ValueTask EndCallAsync() => default;
}
