using System.Runtime.CompilerServices;
using AgentOrchestration.Tasks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Where the task types of a collection of services are, by name. Looks at what was added since it last looked, and at all when something else has
/// changed. A duplicate that it misses, because a service was replaced in its place, is found when the registry is made. Not thread-safe, as the collection is not.
/// </summary>
internal sealed class TaskTypePlaces
{
    private static readonly ConditionalWeakTable<IServiceCollection, TaskTypePlaces> Known = [];

    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<TaskTypeConfiguration> _configurations = [];
    private int _seen;
    private ServiceDescriptor? _last;

    /// <summary>Gets the places in a collection, as it is now.</summary>
    public static TaskTypePlaces Of(IServiceCollection services)
    {
        TaskTypePlaces places = Known.GetValue(services, static _ => new TaskTypePlaces());
        places.LookAt(services);
        return places;
    }

    /// <summary>Makes another view of a collection know what is known of it.</summary>
    public static void Share(IServiceCollection services, IServiceCollection view) => Known.AddOrUpdate(view, Of(services));

    /// <summary>Gets the task type at a place, or <see langword="null"/> when something else is there.</summary>
    public static TaskDescriptor? InstanceAt(IServiceCollection services, int index) =>
        services[index] is { IsKeyedService: false } service && service.ServiceType == typeof(TaskDescriptor) ? service.ImplementationInstance as TaskDescriptor : null;

    /// <summary>Gets the place of a task type, or <see langword="null"/> when there is none of that name.</summary>
    public int? Find(string name) => _places.TryGetValue(name, out int index) ? index : null;

    /// <summary>Makes the changes to the options of a task type that were made before it is registered.</summary>
    public TaskDescriptor Configure(TaskDescriptor taskType) => _configurations
        .Where(configuration => configuration.Name == taskType.Name)
        .Aggregate(taskType, (configured, configuration) => configured.With(configuration.Configure));

    private void LookAt(IServiceCollection services)
    {
        if (services.Count < _seen || (_seen > 0 && !ReferenceEquals(services[_seen - 1], _last)))
        {
            _places.Clear();
            _configurations.Clear();
            _seen = 0;
        }

        for (; _seen < services.Count; _seen++)
        {
            if (InstanceAt(services, _seen) is { } taskType)
            {
                _places.TryAdd(taskType.Name, _seen);
            }
            else if (services[_seen] is { IsKeyedService: false, ImplementationInstance: TaskTypeConfiguration configuration })
            {
                _configurations.Add(configuration);
            }
        }

        _last = _seen > 0 ? services[_seen - 1] : null;
    }
}
