using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Plugins;

/// <summary>A collection of services that records what is done to it, so that it can be told and undone without a copy of all services.</summary>
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "It is a collection of services, which has no suffix of its own.")]
internal sealed class RecordedServices(IServiceCollection services) : IServiceCollection
{
    private readonly Stack<Action> _undo = new();
    private readonly Dictionary<ServiceDescriptor, int> _changes = new(ReferenceEqualityComparer.Instance);

    /// <summary>Gets the services that are there now and were not before.</summary>
    public IEnumerable<ServiceDescriptor> Added => _changes.Where(change => change.Value > 0).Select(change => change.Key);

    public int Count => services.Count;

    public bool IsReadOnly => services.IsReadOnly;

    public ServiceDescriptor this[int index]
    {
        get => services[index];
        set
        {
            ServiceDescriptor replaced = services[index];
            services[index] = value;
            Note(replaced, -1);
            Note(value, 1);
            _undo.Push(() => services[index] = replaced);
        }
    }

    /// <summary>Makes the collection what it was.</summary>
    public void Undo()
    {
        while (_undo.TryPop(out Action? undo))
        {
            undo();
        }
    }

    public void Add(ServiceDescriptor item) => Insert(services.Count, item);

    public void Insert(int index, ServiceDescriptor item)
    {
        services.Insert(index, item);
        Note(item, 1);
        _undo.Push(() => services.RemoveAt(index));
    }

    public void RemoveAt(int index)
    {
        ServiceDescriptor removed = services[index];
        services.RemoveAt(index);
        Note(removed, -1);
        _undo.Push(() => services.Insert(index, removed));
    }

    public bool Remove(ServiceDescriptor item)
    {
        int index = services.IndexOf(item);
        if (index >= 0)
        {
            RemoveAt(index);
        }

        return index >= 0;
    }

    public void Clear()
    {
        while (services.Count > 0)
        {
            RemoveAt(services.Count - 1);
        }
    }

    public bool Contains(ServiceDescriptor item) => services.Contains(item);

    public int IndexOf(ServiceDescriptor item) => services.IndexOf(item);

    public void CopyTo(ServiceDescriptor[] array, int arrayIndex) => services.CopyTo(array, arrayIndex);

    public IEnumerator<ServiceDescriptor> GetEnumerator() => services.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void Note(ServiceDescriptor service, int change) => _changes[service] = _changes.GetValueOrDefault(service) + change;
}
