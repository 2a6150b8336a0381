using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AgentOrchestration.Tests.DependencyInjection;

public sealed class OptionsTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static TheoryData<string, Action<AgentOrchestrationOptions>> Wrong => new()
    {
        { "MaxParallelism", options => options.Runs.MaxParallelism = 0 },
        { "CancellationGracePeriod", options => options.Runs.CancellationGracePeriod = TimeSpan.FromSeconds(-1) },
        { "CancellationGracePeriod", options => options.Runs.CancellationGracePeriod = TimeSpan.FromDays(2) },
        { "SamplingInterval", options => options.Monitoring.SamplingInterval = TimeSpan.FromMilliseconds(9) },
        { "SamplingInterval", options => options.Monitoring.SamplingInterval = TimeSpan.FromDays(2) },
        { "JsonSerializerOptions", options => options.JsonSerializerOptions = null! },
        { "MaxRepairs", options => options.Planning.MaxRepairs = -1 },
        { "MaxSubtasks", options => options.Planning.Limits.MaxSubtasks = 0 },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public async Task A_wrong_option_is_named_when_the_host_starts(string option, Action<AgentOrchestrationOptions> configure)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddAgentOrchestration(configure);
        using IHost host = builder.Build();

        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestEnd));

        Assert.Contains(option, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void A_wrong_option_is_named_without_a_host_when_it_is_first_used(string option, Action<AgentOrchestrationOptions> configure)
    {
        using ServiceProvider services = new ServiceCollection().AddAgentOrchestration(configure).Services.BuildServiceProvider();

        OptionsValidationException error = Assert.Throws<OptionsValidationException>(services.GetRequiredService<ITaskOrchestrator>);

        Assert.Contains(option, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_named_at_once()
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddAgentOrchestration(options =>
            {
                options.Runs.MaxParallelism = 0;
                options.Runs.CancellationGracePeriod = TimeSpan.FromSeconds(-1);
            })
            .Services.BuildServiceProvider();

        OptionsValidationException error = Assert.Throws<OptionsValidationException>(services.GetRequiredService<ITaskOrchestrator>);

        Assert.Contains("MaxParallelism", error.Message, StringComparison.Ordinal);
        Assert.Contains("CancellationGracePeriod", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Serializer_options_of_the_application_write_and_read_what_tasks_pass_on(bool withTypes)
    {
        await using Engine engine = new(
            builder => builder.AddTaskType("x-of", "Takes x.", (Point point, TaskContext _, CancellationToken _) => ValueTask.FromResult(point.XValue)),
            options => options.JsonSerializerOptions = new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
                TypeInfoResolver = withTypes ? new DefaultJsonTypeInfoResolver() : null,
            });

        RunResult result = await engine.RunAsync(plan => plan.Add("only", "x-of", input: new JsonObject { ["x_value"] = 7 }));

        Assert.Equal(7, result.GetOutput<int>("only"));
    }

    private sealed record Point(int XValue);
}
