using AgentOrchestration.Tests.Execution.Foreign;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Planning;

/// <summary>An application that plans: two task types, a pool, and the model of the test.</summary>
internal static class Application
{
    public const string SoundPlan =
        """{"subtasks":[{"id":"rows","type":"read_csv","arguments":{"path":"a.csv"}},{"id":"text","type":"describe","dependsOn":["rows"],"arguments":{"$output":"rows"}}]}""";

    public static OrchestrationRequest Request { get; } = new("Describe a.csv");

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static ITaskOrchestrator With(IChatClient? model, Action<AgentOrchestrationOptions>? options = null, Action<IAgentOrchestrationBuilder>? configure = null) =>
        Services(model, options, configure).GetRequiredService<ITaskOrchestrator>();

    public static ServiceProvider Services(IChatClient? model, Action<AgentOrchestrationOptions>? options = null, Action<IAgentOrchestrationBuilder>? configure = null)
    {
        var services = new ServiceCollection();
        if (model is not null)
        {
            services.AddSingleton(model);
        }

        IAgentOrchestrationBuilder builder = services.AddAgentOrchestration(options)
            .AddTaskType("read_csv", "Reads a file.", (CsvFile _, TaskContext _, CancellationToken _) => new ValueTask<Table>())
            .AddTaskType("describe", "Describes a table.", (Table _, TaskContext _, CancellationToken _) => new ValueTask<string>())
            .AddResource("cpu", 4000)
            .AddResource("gpu", 2);
        configure?.Invoke(builder);
        ForeignParts.AddWhereWanted(builder);
        return services.BuildServiceProvider();
    }

    public static Task<TaskPlan> PlanAsync(IChatClient? model, Action<AgentOrchestrationOptions>? options = null) => With(model, options).PlanAsync(Request, TestEnd);

    /// <summary>Plans with a model that has one answer, and no chance to repair it.</summary>
    public static async Task<IReadOnlyList<PlanDiagnostic>> RefuseAsync(string answer, Action<AgentOrchestrationOptions>? options = null)
    {
        InvalidPlanException refusal = await Assert.ThrowsAsync<InvalidPlanException>(() => PlanAsync(new ScriptedModel(answer), made =>
        {
            made.Planning.MaxRepairs = 0;
            options?.Invoke(made);
        }));
        Assert.NotEmpty(refusal.Diagnostics);
        return refusal.Diagnostics;
    }

    internal sealed record CsvFile(string Path);

    internal sealed record Table(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);
}
