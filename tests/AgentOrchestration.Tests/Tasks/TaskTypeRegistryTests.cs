using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Tasks;

public sealed class TaskTypeRegistryTests
{
    [Fact]
    public void TaskTypes_AreOrderedByNameOrdinally() =>
        Assert.Equal(["B", "a", "b", "c"], Registry(Named("c"), Named("a"), Named("B"), Named("b")).TaskTypes.Select(taskType => taskType.Name));

    [Fact]
    public void TryGet_IsOrdinal()
    {
        TaskDescriptor work = Named("work");
        TaskTypeRegistry registry = Registry(work);

        Assert.True(registry.TryGet("work", out TaskDescriptor? found));
        Assert.Same(work, found);
        Assert.False(registry.TryGet("Work", out _));
        Assert.False(registry.TryGet("", out _));
    }

    [Fact]
    public void Get_Unknown_NamesItAndThoseThereAre()
    {
        UnknownTaskTypeException refusal = Assert.Throws<UnknownTaskTypeException>(() => Registry(Named("read"), Named("write")).Get("sing"));

        Assert.Equal("sing", refusal.Name);
        Assert.Equal("There is no task type 'sing'. Registered: read, write.", refusal.Message);
    }

    [Fact]
    public void Constructor_DuplicateName_NamesItAndBoth()
    {
        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(
            () => Registry(Named("other"), Returning<int>("work"), Returning<string>("work")));

        Assert.Contains("'work' is registered twice", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Int32", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("String", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_NoTaskTypes_IsEmpty() => Assert.Empty(Registry().TaskTypes);

    private static TaskDescriptor Named(string name) => Returning<None>(name);

    private static TaskDescriptor Returning<TOutput>(string name) =>
        TaskDescriptor.For(name, "Works.", (None _, TaskContext _, CancellationToken _) => new ValueTask<TOutput>());

    private static TaskTypeRegistry Registry(params IEnumerable<TaskDescriptor> taskTypes) => new(taskTypes, new PayloadSerializer(PayloadSerializer.DefaultOptions));
}
