using System.Text.Json.Nodes;
using AgentOrchestration.Optimization;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Requests that become plans, without the time of a model.</summary>
internal static class PlanningOperations
{
    private const int Hits = 50;
    private const string Input = """{"path":"x","rows":1,"columns":[],"isSorted":false}""";

    private static readonly OrchestrationRequest Request = new("Read the table");

    public static IEnumerable<GrowthOperation> All =>
    [
        new("planning/prompt and schema, by task types", "task types", Schema) { Smallest = 32 },
        new("planning/an answer", "subtasks", Answer) { Smallest = 96 },
        new("planning/an answer to be repaired", "subtasks", RepairedAnswer) { Smallest = 96 },
        new("planning/templates", "templates", Templates) { Smallest = 160 },
        new("planning/hit of the plan cache, by task types", "task types", CacheHit)
        {
            Smallest = 32, Unit = "hit", Units = Hits, Cpu = CostLimit.Constant, Bytes = CostLimit.Constant,
        },
    ];

    private static Trial Schema(int n) => Plan(
        n, "{\"subtasks\":[{\"id\":\"a\",\"type\":\"type0\",\"dependsOn\":[],\"arguments\":" + Input + "}]}", subtasks: 1);

    private static Trial Answer(int n) => Plan(1, Written(n, "[]"), n);

    /// <summary>A model wrote the id of the only dependency without a list.</summary>
    private static Trial RepairedAnswer(int n) => Plan(1, Written(n, "\"s0\""), n);

    private static string Written(int n, string dependsOn) => "{\"subtasks\":[" + string.Join(
        ", ", Enumerable.Range(0, n).Select(i => $"{{\"id\":\"s{i}\",\"type\":\"type0\",\"dependsOn\":{(i == 0 ? "[]" : dependsOn)},\"arguments\":{Input}}}")) + "]}";

    private static Trial Plan(int types, string answer, int subtasks) => Trial.Using(() => CreateHost(types, answer), async host =>
    {
        TaskPlan plan = await host.Orchestrator.PlanAsync(Request);
        if (plan.Subtasks.Count != subtasks)
        {
            throw new InvalidOperationException($"The plan has {plan.Subtasks.Count} subtasks, not {subtasks}.");
        }
    });

    private static GrowthHost CreateHost(int types, string answer) => GrowthHost.Create(
        static options =>
        {
            options.Planning.Limits.MaxSubtasks = int.MaxValue;
            options.Planning.Limits.MaxDependencies = int.MaxValue;
            options.Planning.Limits.MaxAnswerLength = int.MaxValue;
        },
        builder =>
        {
            builder.Services.AddSingleton<IChatClient>(_ => new ScriptedChatClient().Otherwise(_ => answer));
            ManyTypes.Register(builder, types);
        });

    private static Trial Templates(int n) => new(async () =>
    {
        await using GrowthHost host = GrowthHost.Create(register: builder =>
        {
            for (int i = 0; i < n; i++)
            {
                builder.AddPlanTemplate($"Report number {i} about {{topic}} in {{place}}", TaskPlan.Create(static plan => plan.Add("a", GrowthHost.Work, options: new() { Name = "{topic}" })));
            }
        });
        await host.Orchestrator.PlanAsync(new OrchestrationRequest($"Report number {n - 1} about cars in Europe"));
    });

    private static Trial CacheHit(int n)
    {
        TaskPlan plan = TaskPlan.Create(static plan => plan.Add("a", "type0", JsonNode.Parse(Input)));
        return Trial.Using(
            async () =>
            {
                GrowthHost host = CreateCachingHost(n);
                await host.Services.GetRequiredService<IPlanCacheControl>().PutAsync(Request, plan);
                return host;
            },
            static async host =>
            {
                for (int i = 0; i < Hits; i++)
                {
                    await host.Orchestrator.PlanAsync(Request);
                }
            });
    }

    private static GrowthHost CreateCachingHost(int types) => GrowthHost.Create(register: builder =>
    {
        builder.Services.AddSingleton<IChatClient>(static _ => new ScriptedChatClient());
        ManyTypes.Register(builder.UsePlanCache(), types);
    });
}
