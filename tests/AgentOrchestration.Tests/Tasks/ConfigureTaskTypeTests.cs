using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Tasks;

public sealed class ConfigureTaskTypeTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Options_are_set_before_and_after_a_task_type_is_registered_in_the_order_of_the_calls()
    {
        ITaskTypeRegistry registry = RegistryOf(builder => builder
            .ConfigureTaskType("code", options => (options.Version, options.MaxConcurrency) = (2, 3))
            .AddTaskType("code", "Code.", () => 1, options => options.Timeout = Minute)
            .ConfigureTaskType("code", options => (options.Version, options.Retry.MaxAttempts) = (options.Version + 5, 4))
            .AddTaskType<Greeter>(options => options.Effect = TaskEffect.Pure)
            .ConfigureTaskType<Greeter>(options => options.RequiresApproval = true)
            .AddTaskType<Greeter>(options => options.Version = 9));

        TaskTypeOptions code = registry.Get("code").Options;
        TaskTypeOptions greeter = registry.Get("greeter").Options;
        Assert.Equal((7, 3, Minute, 4), (code.Version, code.MaxConcurrency, code.Timeout, code.Retry.MaxAttempts));
        Assert.Equal((TaskEffect.Pure, true, 9), (greeter.Effect, greeter.RequiresApproval, greeter.Version));
    }

    [Fact]
    public void A_handler_class_that_a_plugin_registers_later_has_the_options_too()
    {
        ITaskTypeRegistry registry = RegistryOf(builder => builder
            .ConfigureTaskType<Greeter>(options => options.RequiresApproval = true)
            .ConfigureTaskType("greeter", options => options.Timeout = Minute)
            .AddPlugin<Greeting>()
            .ConfigureTaskType("greeter", options => options.MaxConcurrency = 2));

        TaskTypeOptions greeter = registry.Get("greeter").Options;
        Assert.Equal((true, Minute, 2), (greeter.RequiresApproval, greeter.Timeout, greeter.MaxConcurrency));
    }

    [Fact]
    public void A_name_that_is_not_registered_is_an_error_that_lists_those_that_are()
    {
        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(() =>
            RegistryOf(builder => builder.AddTaskType<Greeter>().ConfigureTaskType("greter", options => options.Version = 2)));

        Assert.Contains("'greter'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("use one of: greeter", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_refused_at_once()
    {
        IAgentOrchestrationBuilder builder = new ServiceCollection().AddAgentOrchestration().AddTaskType<Greeter>();

        Assert.Throws<ArgumentException>(() => builder.ConfigureTaskType<Greeter>(options => options.Timeout = TimeSpan.Zero));
    }

    private static ITaskTypeRegistry RegistryOf(Action<IAgentOrchestrationBuilder> configure)
    {
        var services = new ServiceCollection();
        configure(services.AddAgentOrchestration());
        using ServiceProvider provider = services.BuildServiceProvider();
        return provider.GetRequiredService<ITaskTypeRegistry>();
    }

    [TaskType("greeter")]
    private sealed class Greeter : ITaskHandler<None, string>
    {
        public ValueTask<string> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult("hello");
    }

    private sealed class Greeting : IPlugin
    {
        public string Name => "greeting";

        public void Configure(IAgentOrchestrationBuilder builder) => builder.AddTaskType<Greeter>();
    }
}
