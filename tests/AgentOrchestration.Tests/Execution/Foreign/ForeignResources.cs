using System.Diagnostics.CodeAnalysis;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Tests.Execution.Foreign;

/// <summary>A ledger that its library does not know: it passes every call on.</summary>
internal sealed class ForeignResources(IResourceManager inner) : IResourceManager, IAdjustableResources
{
    public event EventHandler? Released
    {
        add => inner.Released += value;
        remove => inner.Released -= value;
    }

    public event EventHandler? CapacityChanged
    {
        add => Adjustable.CapacityChanged += value;
        remove => Adjustable.CapacityChanged -= value;
    }

    private IAdjustableResources Adjustable => (IAdjustableResources)inner;

    public long? GetCapacity(string name) => inner.GetCapacity(name);

    public long? GetFree(string name) => inner.GetFree(name);

    public bool TryAcquire(ResourceRequirements needs, [NotNullWhen(true)] out ResourceLease? lease) => inner.TryAcquire(needs, out lease);

    public bool AnnounceWhenFree(string name, long amount) => inner.AnnounceWhenFree(name, amount);

    public IReadOnlyList<ResourcePoolSnapshot> Snapshot() => inner.Snapshot();

    public void SetCapacity(string name, long capacity) => Adjustable.SetCapacity(name, capacity);

    public bool Pause(string name, DateTimeOffset until) => Adjustable.Pause(name, until);
}
