using AgentOrchestration.Results;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AgentOrchestration.Tests.DependencyInjection;

public sealed class RegistrationTests
{
    private static readonly TaskPlan Plan = TaskPlan.Create(plan => plan.Add("only", "negate", input: 21));

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public void AddAgentOrchestration_CalledAgain_AddsNothingButItsOptions()
    {
        var services = new ServiceCollection();
        services.AddAgentOrchestration(options => options.Runs.MaxParallelism = 3);
        ServiceDescriptor[] once = [.. ButConfigurations(services)];

        services.AddAgentOrchestration();
        services.AddAgentOrchestration(options => options.Runs.CancellationGracePeriod = TimeSpan.FromSeconds(5));

        Assert.Equal(once, ButConfigurations(services));
        using ServiceProvider provider = services.BuildServiceProvider();
        AgentOrchestrationOptions options = provider.GetRequiredService<IOptions<AgentOrchestrationOptions>>().Value;
        Assert.Equal((3, TimeSpan.FromSeconds(5)), (options.Runs.MaxParallelism, options.Runs.CancellationGracePeriod));
    }

    [Fact]
    public async Task AddAgentOrchestration_CalledAgain_KeepsWhatWasRegisteredBefore()
    {
        var services = new ServiceCollection();
        services.AddAgentOrchestration().AddTaskType(Negate).UseResultCompiler<int, OutputCompiler>();
        services.AddAgentOrchestration().AddResource("gpu", 1);
        await using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Equal(-21, await RunAsync(provider));
    }

    [Fact]
    public async Task Works_without_a_host_and_with_nothing_else_registered()
    {
        await using ServiceProvider services = new ServiceCollection()
            .AddAgentOrchestration()
            .AddTaskType(Negate)
            .UseResultCompiler<int, OutputCompiler>()
            .Services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        Assert.Equal(-21, await RunAsync(services));
    }

    [Fact]
    public async Task Works_with_a_host()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddAgentOrchestration().AddTaskType(Negate).UseResultCompiler<int, OutputCompiler>();
        using IHost host = builder.Build();
        await host.StartAsync(TestEnd);

        Assert.Equal(-21, await RunAsync(host.Services));

        await host.StopAsync(TestEnd);
    }

    [Fact]
    public async Task Two_applications_in_one_process_know_nothing_of_each_other()
    {
        await using ServiceProvider one = new ServiceCollection().AddAgentOrchestration().AddTaskType(Negate).Services.BuildServiceProvider();
        await using ServiceProvider other = new ServiceCollection().AddAgentOrchestration().Services.BuildServiceProvider();

        Assert.Empty(one.GetRequiredService<ITaskOrchestrator>().Check(Plan));
        Assert.Equal(
            [PlanDiagnosticCode.UnknownTaskType], other.GetRequiredService<ITaskOrchestrator>().Check(Plan).Select(diagnostic => diagnostic.Code));
    }

    private static TaskDescriptor Negate =>
        TaskDescriptor.For("negate", "Negates.", (int number, TaskContext _, CancellationToken _) => ValueTask.FromResult(-number));

    private static IEnumerable<ServiceDescriptor> ButConfigurations(ServiceCollection services) =>
        services.Where(service => !service.ServiceType.Name.StartsWith("IConfigureOptions", StringComparison.Ordinal));

    private static async Task<int> RunAsync(IServiceProvider services)
    {
        await using OrchestrationRun run = await services.GetRequiredService<ITaskOrchestrator>().StartAsync(Plan, TestEnd);
        return (await run.CompileAsync<int>(TestEnd)).Value;
    }

    private sealed class OutputCompiler : IResultCompiler<int>
    {
        public ValueTask<int> CompileAsync(RunResult result, CancellationToken cancellationToken) => ValueTask.FromResult(result.GetOutput<int>("only"));
    }
}
