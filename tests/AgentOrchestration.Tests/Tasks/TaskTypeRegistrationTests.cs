using System.Collections;
using System.Reflection;
using System.Reflection.Emit;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Tasks;

public sealed class TaskTypeRegistrationTests
{
    [Fact]
    public void AddTaskType_ClassAndDelegate_AreBothInTheRegistry()
    {
        ITaskTypeRegistry registry = RegistryOf(builder => builder
            .AddTaskType<Shout>(options => options.Version = 9)
            .AddTaskType("whisper", "Whispers.", (string text, TaskContext _, CancellationToken _) => ValueTask.FromResult(text)));

        Assert.Equal([("shout", 9), ("whisper", 1)], registry.TaskTypes.Select(taskType => (taskType.Name, taskType.Version)));
    }

    [Fact]
    public void Registering_looks_at_each_service_a_few_times_whatever_their_number() =>
        Assert.InRange(LooksAt(1_000), 1_000, 20 * LooksAt(100));

    [Fact]
    public void A_name_is_free_again_when_its_task_type_was_removed_and_taken_when_services_have_moved()
    {
        var services = new ServiceCollection();
        IAgentOrchestrationBuilder builder = services.AddAgentOrchestration();
        Add(builder, "a");
        Add(builder, "b");
        services.Remove(services.Single(service => (service.ImplementationInstance as TaskDescriptor)?.Name == "a"));

        Add(builder, "a");

        Assert.Throws<ArgumentException>("taskType", () => Add(builder, "a"));
        Assert.Throws<ArgumentException>("taskType", () => Add(builder, "b"));
        services.Insert(0, ServiceDescriptor.Singleton(new object()));
        Assert.Throws<ArgumentException>("taskType", () => Add(builder, "b"));
    }

    [Fact]
    public void AddTaskType_AClass_IsMadeAnewEachTime()
    {
        var services = new ServiceCollection();
        services.AddAgentOrchestration().AddTaskType<Shout>();
        using ServiceProvider provider = services.BuildServiceProvider();
        using IServiceScope scope = provider.CreateScope();

        Assert.NotSame(scope.ServiceProvider.GetRequiredService<Shout>(), scope.ServiceProvider.GetRequiredService<Shout>());
    }

    [Fact]
    public void AddTaskType_AClassThatTheApplicationRegisteredItself_IsItsInstance()
    {
        var own = new Shout();
        var services = new ServiceCollection();
        services.AddSingleton(own).AddAgentOrchestration().AddTaskType<Shout>();
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Same(own, provider.GetRequiredService<Shout>());
    }

    [Fact]
    public void AddTaskType_NameTaken_NamesIt()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => RegistryOf(builder => builder
            .AddTaskType<Shout>()
            .AddTaskType("shout", "Shouts.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1))));

        Assert.Contains("'shout' is registered twice", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_class_of_a_scanned_assembly_keeps_the_options_of_its_own_registration_in_either_order(bool scanFirst)
    {
        Assembly assembly = typeof(global::Tour.DataProcessing).Assembly;
        int types = RegistryOf(builder => builder.AddTaskTypes(assembly)).TaskTypes.Count;

        ITaskTypeRegistry registry = RegistryOf(builder =>
        {
            if (scanFirst)
            {
                builder.AddTaskTypes(assembly);
            }

            builder.AddTaskType<global::Tour.DataProcessing>(options => options.Version = 7);
            if (!scanFirst)
            {
                builder.AddTaskTypes(assembly);
            }
        });

        Assert.Equal(types, registry.TaskTypes.Count);
        Assert.Equal(7, registry.TaskTypes.Single(taskType => taskType.HandlerType == typeof(global::Tour.DataProcessing)).Version);
    }

    [Fact]
    public void An_assembly_that_is_scanned_twice_is_registered_once()
    {
        Assembly assembly = typeof(global::Tour.DataProcessing).Assembly;

        Assert.Equal(
            RegistryOf(builder => builder.AddTaskTypes(assembly)).TaskTypes.Select(taskType => taskType.Name),
            RegistryOf(builder => builder.AddTaskTypes(assembly).AddTaskTypes(assembly)).TaskTypes.Select(taskType => taskType.Name));
    }

    [Fact]
    public void A_class_that_is_configured_twice_has_the_options_of_both_and_of_the_later_where_they_differ()
    {
        TaskDescriptor taskType = Assert.Single(RegistryOf(builder => builder
            .AddTaskType<Shout>(options => (options.Version, options.Retry.MaxAttempts) = (2, 7))
            .AddTaskType<Shout>()
            .AddTaskType<Shout>(options => options.Version++)).TaskTypes);

        Assert.Equal((3, 7), (taskType.Version, taskType.Options.Retry.MaxAttempts));
    }

    [Fact]
    public void Two_classes_of_one_name_are_refused()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => RegistryOf(builder => builder.AddTaskType<Shout>().AddTaskType<LouderShout>()));

        Assert.Contains("'shout' is registered twice", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Rename one.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_description_of_a_class_that_is_registered_is_refused_with_the_remedy_for_it()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => RegistryOf(builder => builder.AddTaskType<Shout>().AddTaskType(TaskDescriptor.Of<Shout>())));

        Assert.Contains("Both are the class Shout: remove one.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddTaskType_ADescriptionOfAClassWithoutItsName_IsRefused() =>
        Assert.Throws<ArgumentException>(() => RegistryOf(builder => builder.AddTaskType(TaskDescriptor.For<None, int>())));

    [Fact]
    public void AddTaskTypes_AnAssembly_RegistersItsClasses()
    {
        Assembly assembly = typeof(global::Tour.DataProcessing).Assembly;

        ITaskTypeRegistry registry = RegistryOf(builder => builder.AddTaskTypes(assembly));

        Assert.Equal(
            assembly.GetTypes().Select(type => type.GetCustomAttribute<TaskTypeAttribute>(inherit: false)?.Name).OfType<string>().Order(StringComparer.Ordinal),
            registry.TaskTypes.Select(taskType => taskType.Name));
        Assert.NotEmpty(registry.TaskTypes);
    }

    [Fact]
    public void AddTaskTypes_AClassWithTheAttributeThatIsNoHandler_NamesIt()
    {
        AssemblyBuilder assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Marked"), AssemblyBuilderAccess.RunAndCollect);
        TypeBuilder type = assembly.DefineDynamicModule("Marked").DefineType("NoHandlerAtAll", TypeAttributes.Public);
        type.SetCustomAttribute(new CustomAttributeBuilder(typeof(TaskTypeAttribute).GetConstructor([typeof(string)])!, ["marked"]));
        type.CreateType();

        ArgumentException refusal = Assert.Throws<ArgumentException>(() => RegistryOf(builder => builder.AddTaskTypes(assembly)));

        Assert.Contains("'NoHandlerAtAll'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("ITaskHandler<TInput, TOutput>", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Orchestrator_ATypeWithoutAJsonForm_IsRefusedWhenItIsMade()
    {
        var services = new ServiceCollection();
        services.AddAgentOrchestration().AddTaskType("work", "Works.", (Action _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1));
        using ServiceProvider provider = services.BuildServiceProvider();

        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(provider.GetRequiredService<ITaskOrchestrator>);

        Assert.Contains("'work'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("System.Action", refusal.Message, StringComparison.Ordinal);
    }

    private static void Add(IAgentOrchestrationBuilder builder, string name) => builder.AddTaskType<None, None>(name, "Works.", (_, _, _) => new(None.Value));

    private static int LooksAt(int taskTypes)
    {
        var services = new CountingServices();
        var builder = new CountedBuilder(services);
        for (int i = 0; i < taskTypes; i++)
        {
            Add(builder, $"type{i}");
        }

        return services.Looks;
    }

    private static ITaskTypeRegistry RegistryOf(Action<IAgentOrchestrationBuilder> configure)
    {
        var services = new ServiceCollection();
        configure(services.AddAgentOrchestration());
        return services.BuildServiceProvider().GetRequiredService<ITaskTypeRegistry>();
    }

    [TaskType("shout")]
    private sealed class Shout : ITaskHandler<string, string>
    {
        public ValueTask<string> ExecuteAsync(string input, TaskContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(input.ToUpperInvariant());
    }
    [TaskType("shout")]
    private sealed class LouderShout : ITaskHandler<string, string>
    {
        public ValueTask<string> ExecuteAsync(string input, TaskContext context, CancellationToken cancellationToken) =>
            ValueTask.FromResult(input.ToUpperInvariant() + "!");
    }

    private sealed record CountedBuilder(IServiceCollection Services) : IAgentOrchestrationBuilder;

    /// <summary>Services that count how often one of them is looked at.</summary>
    private sealed class CountingServices : IServiceCollection
    {
        private readonly List<ServiceDescriptor> _services = [];

        public int Looks { get; private set; }

        public int Count => _services.Count;

        public bool IsReadOnly => false;

        public ServiceDescriptor this[int index]
        {
            get
            {
                Looks++;
                return _services[index];
            }

            set => _services[index] = value;
        }

        public void Add(ServiceDescriptor item) => _services.Add(item);

        public void Clear() => _services.Clear();

        public bool Contains(ServiceDescriptor item) => _services.Contains(item);

        public void CopyTo(ServiceDescriptor[] array, int arrayIndex) => _services.CopyTo(array, arrayIndex);

        public IEnumerator<ServiceDescriptor> GetEnumerator()
        {
            foreach (ServiceDescriptor service in _services)
            {
                Looks++;
                yield return service;
            }
        }

        public int IndexOf(ServiceDescriptor item) => _services.IndexOf(item);

        public void Insert(int index, ServiceDescriptor item) => _services.Insert(index, item);

        public bool Remove(ServiceDescriptor item) => _services.Remove(item);

        public void RemoveAt(int index) => _services.RemoveAt(index);

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
