using System.Text.Json;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plugins;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Plugins;

public sealed class PluginTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_added_plugin_is_known_with_its_task_types_and_plans_can_use_them()
    {
        await using Engine engine = new(builder => builder
            .AddTaskType("own", "The application's own.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1))
            .AddPlugin<WordsPlugin>()
            .AddPlugin(new FakePlugin("arithmetic", plugin => plugin.AddTaskType(Negate))));
        IPluginRegistry plugins = engine.Services.GetRequiredService<IPluginRegistry>();

        RunResult result = await engine.RunAsync(plan => plan.Add("only", "count", input: "four words of text"));

        Assert.Equal(["arithmetic", "words"], plugins.Plugins.Select(plugin => plugin.Name));
        Assert.Equal(["count", "fail", "forget"], plugins.Plugins[1].TaskTypes);
        Assert.Equal(4, result.GetOutput<int>("only"));
    }

    [Fact]
    public async Task ExecuteAsync_OfATaskTypeOfAPlugin_RunsItWithEverythingAround()
    {
        var seen = new SeenMiddleware();
        await using Engine engine = new(builder => builder.AddPlugin<WordsPlugin>().Services.AddSingleton<TaskMiddleware>(seen));

        JsonElement count = await PluginsOf(engine).ExecuteAsync("words", "count", JsonElement.Parse("\"two words\""), TestEnd);
        JsonElement none = await PluginsOf(engine).ExecuteAsync("words", "forget", default, TestEnd);

        Assert.Equal(("2", "{}"), (count.GetRawText(), none.GetRawText()));
        Assert.Equal(["count", "forget"], seen.TaskTypes);
    }

    [Fact]
    public async Task ExecuteAsync_OfAnUnknownPlugin_NamesItAndThoseThatThereAre()
    {
        await using Engine engine = new(builder => builder.AddPlugin<WordsPlugin>());

        UnknownPluginException error = await Assert.ThrowsAsync<UnknownPluginException>(
            () => PluginsOf(engine).ExecuteAsync("Words", "count", JsonElement.Parse("\"\""), TestEnd));

        Assert.Equal("There is no plugin 'Words'. Added: words.", error.Message);
    }

    [Theory]
    [InlineData("own")]
    [InlineData("nonsense")]
    public async Task ExecuteAsync_OfATaskTypeThatIsNotThePlugins_NamesItAndThoseThatItHas(string taskType)
    {
        await using Engine engine = new(builder => builder
            .AddTaskType("own", "The application's own.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1))
            .AddPlugin<WordsPlugin>());

        UnknownPluginException error = await Assert.ThrowsAsync<UnknownPluginException>(
            () => PluginsOf(engine).ExecuteAsync("words", taskType, default, TestEnd));

        Assert.Equal($"The plugin 'words' has no task type '{taskType}'. It has: count, fail, forget.", error.Message);
    }

    [Fact]
    public async Task ExecuteAsync_WithArgumentsThatDoNotFit_IsRefusedWithDiagnostics()
    {
        await using Engine engine = new(builder => builder.AddPlugin<WordsPlugin>());

        InvalidPlanException error = await Assert.ThrowsAsync<InvalidPlanException>(
            () => PluginsOf(engine).ExecuteAsync("words", "count", JsonElement.Parse("42"), TestEnd));

        Assert.NotEmpty(error.Refusal.Diagnostics);
    }

    [Fact]
    public async Task ExecuteAsync_OfWorkThatFails_ThrowsWithTheRun()
    {
        await using Engine engine = new(builder => builder.AddPlugin<WordsPlugin>());

        OrchestrationFailedException error = await Assert.ThrowsAsync<OrchestrationFailedException>(
            () => PluginsOf(engine).ExecuteAsync("words", "fail", default, TestEnd));

        Assert.Contains("The plugin broke.", error.Message, StringComparison.Ordinal);
        Assert.Equal("fail", error.Result.Failed.Single().Subtask.TaskType);
    }

    [Fact]
    public void AddPlugin_ThatRegistersNothing_IsRefused() =>
        Assert.Contains("'idle' was refused: it registers nothing", Refusal(new FakePlugin("idle", _ => { })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("pfad/name")]
    [InlineData(null)]
    public void AddPlugin_OfAnIllFormedName_IsRefused(string? name)
    {
        InvalidPluginException error = Refusal(new FakePlugin(name!, plugin => plugin.AddTaskType(Negate)));

        Assert.Equal(name, error.PluginName);
        Assert.Contains($"'{name}' was refused: its name must be", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddPlugin_WhoseNameThrows_IsRefusedByTheNameOfItsType()
    {
        InvalidPluginException error = Refusal(new NamelessPlugin());

        Assert.Contains("'NamelessPlugin' was refused", error.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidTimeZoneException>(error.InnerException);
    }

    [Fact]
    public void AddPlugin_OfATakenName_IsRefusedAndTheFirstStays()
    {
        IAgentOrchestrationBuilder builder = new ServiceCollection().AddAgentOrchestration();
        builder.AddPlugin<WordsPlugin>();

        InvalidPluginException error = Assert.Throws<InvalidPluginException>(
            () => builder.AddPlugin(new FakePlugin("words", plugin => plugin.AddTaskType(Negate))));

        Assert.Contains("'words' was refused: another plugin of that name", error.Message, StringComparison.Ordinal);
        using ServiceProvider services = builder.Services.BuildServiceProvider();
        Assert.Equal(3, Assert.Single(services.GetRequiredService<IPluginRegistry>().Plugins).TaskTypes.Count);
        Assert.False(services.GetRequiredService<ITaskTypeRegistry>().TryGet("negate", out _));
    }

    [Fact]
    public void AddPlugin_ThatThrows_IsRefusedAndLeavesNothingBehind()
    {
        IAgentOrchestrationBuilder builder = new ServiceCollection().AddAgentOrchestration();
        ServiceDescriptor[] before = [.. builder.Services];

        InvalidPluginException error = Assert.Throws<InvalidPluginException>(() => builder.AddPlugin(new FakePlugin("broken", plugin =>
        {
            plugin.AddTaskType(Negate).UseDecomposer<NoDecomposer>();
            throw new InvalidTimeZoneException("It broke.");
        })));

        Assert.Contains("'broken' was refused: it threw while it was added: It broke.", error.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidTimeZoneException>(error.InnerException);
        Assert.Equal(before, builder.Services);
    }

    [Fact]
    public void A_plugin_that_replaces_and_removes_services_and_then_throws_leaves_them_in_their_places()
    {
        IAgentOrchestrationBuilder builder = new ServiceCollection().AddSingleton("first").AddAgentOrchestration();
        builder.Services.AddSingleton("last");
        ServiceDescriptor[] before = [.. builder.Services];

        Assert.Throws<InvalidPluginException>(() => builder.AddPlugin(new FakePlugin("broken", plugin =>
        {
            plugin.Services[0] = ServiceDescriptor.Singleton("replaced");
            plugin.Services.RemoveAt(1);
            plugin.Services.Insert(2, ServiceDescriptor.Singleton("inserted"));
            plugin.Services.Remove(before[^1]);
            plugin.AddPlugin(new FakePlugin("within", within => within.AddTaskType(Negate)));
            plugin.Services.Clear();
            throw new InvalidTimeZoneException("It broke.");
        })));

        Assert.Equal(before, builder.Services);
        builder.AddPlugin(new FakePlugin("within", within => within.AddTaskType(Negate)));
    }

    [Fact]
    public void A_plugin_that_only_takes_back_what_it_has_added_registers_nothing()
    {
        var service = ServiceDescriptor.Singleton("a service");

        InvalidPluginException error = Refusal(new FakePlugin("empty", plugin =>
        {
            plugin.Services.Add(service);
            plugin.Services.Remove(service);
        }));

        Assert.Contains("it registers nothing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Adding_a_plugin_costs_no_more_beside_many_others() => Cost.IsLinear(
        plugins => Cost.BytesOf(() =>
        {
            IAgentOrchestrationBuilder builder = new ServiceCollection().AddAgentOrchestration();
            for (int i = 0; i < plugins; i++)
            {
                string name = $"plugin{i}";
                builder.AddPlugin(new FakePlugin(name, plugin => plugin.AddTaskType(name, "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1))));
            }
        }),
        size: 500);

    [Fact]
    public void AddPlugin_WithATaskTypeThatIsTaken_IsRefusedAndNamesBoth()
    {
        IAgentOrchestrationBuilder builder = new ServiceCollection().AddAgentOrchestration().AddTaskType(Negate);

        InvalidPluginException error = Assert.Throws<InvalidPluginException>(
            () => builder.AddPlugin(new FakePlugin("arithmetic", plugin => plugin.AddTaskType(Negate))));

        Assert.Contains("'arithmetic'", error.Message, StringComparison.Ordinal);
        Assert.Contains("'negate' is registered twice", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddPlugin_BesideKeyedServices_Works()
    {
        IAgentOrchestrationBuilder builder = new ServiceCollection().AddKeyedSingleton("key", "a service").AddAgentOrchestration();

        builder.AddPlugin<WordsPlugin>();

        using ServiceProvider services = builder.Services.BuildServiceProvider();
        Assert.Equal("words", Assert.Single(services.GetRequiredService<IPluginRegistry>().Plugins).Name);
    }

    private static TaskDescriptor Negate =>
        TaskDescriptor.For("negate", "Negates.", (int number, TaskContext _, CancellationToken _) => ValueTask.FromResult(-number));

    private static IPluginRegistry PluginsOf(Engine engine) => engine.Services.GetRequiredService<IPluginRegistry>();

    private static InvalidPluginException Refusal(IPlugin plugin) =>
        Assert.Throws<InvalidPluginException>(() => new ServiceCollection().AddAgentOrchestration().AddPlugin(plugin));

    private sealed class WordsPlugin : IPlugin
    {
        public string Name => "words";

        public void Configure(IAgentOrchestrationBuilder builder) => builder
            .AddTaskType("forget", "Forgets.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(None.Value))
            .AddTaskType("count", "Counts.", (string text, TaskContext _, CancellationToken _) => ValueTask.FromResult(text.Split(' ').Length))
            .AddTaskType("fail", "Fails.", ValueTask<int> (None _, TaskContext _, CancellationToken _) => throw new InvalidTimeZoneException("The plugin broke."));
    }

    private sealed class FakePlugin(string name, Action<IAgentOrchestrationBuilder> configure) : IPlugin
    {
        public string Name => name;

        public void Configure(IAgentOrchestrationBuilder builder) => configure(builder);
    }

    private sealed class NamelessPlugin : IPlugin
    {
#pragma warning disable CA1065 // A name that throws is what the test is about.
        public string Name => throw new InvalidTimeZoneException("There is no name.");
#pragma warning restore CA1065

        public void Configure(IAgentOrchestrationBuilder builder) => builder.AddTaskType(Negate);
    }

    private sealed class NoDecomposer : AgentOrchestration.Planning.ITaskDecomposer
    {
        public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken) =>
            throw new InvalidOperationException();
    }

    private sealed class SeenMiddleware : TaskMiddleware
    {
        public List<string> TaskTypes { get; } = [];

        public override ValueTask<object?> InvokeAsync(TaskContext context, TaskDelegate next, CancellationToken cancellationToken)
        {
            TaskTypes.Add(context.TaskType.Name);
            return next(context, cancellationToken);
        }
    }
}
