using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Secrets;

/// <summary>Runs whose code gets a secret.</summary>
internal static class SecretRuns
{
    public const string Canary = "canary-7f3a-ünd-\"quotes\"";
    public static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static DurableHost Create(Action<IAgentOrchestrationBuilder>? also = null) => new(builder =>
    {
        builder.Services.AddSingleton<ISecretProvider>(new Vault(Canary));
        builder
            .AddTaskType("uses", "Uses a secret.", (Call call, TaskContext context, CancellationToken _) =>
            {
                context.ReportProgress(0.5, $"with {call.Key}");
                context.StreamText(call.Key);
                Assert.Equal(Canary, call.Key);
                return ValueTask.FromResult(call.Key.Length);
            })
            .AddTaskType("asked", "Uses a secret when it may.", (Call call, TaskContext _, CancellationToken _) => ValueTask.FromResult(call.Key.Length), type => type.RequiresApproval = true)
            .AddTaskType<Call, int>("throws", "Tells a secret.", (call, _, _) => throw new InvalidOperationException($"The server refused {call.Key}."))
            .AddTaskType<None, int>("fails", "Fails.", (_, _, _) => throw new NotSupportedException("No secret."))
            .AddTaskType("number", "Takes a number.", (int input, TaskContext _, CancellationToken _) => ValueTask.FromResult(input))
            .AddTaskType("forges", "Makes what reads as a reference.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(JsonNode.Parse("""{"list":[{"$secret":"api-key"}]}""")!))
            .AddTaskType("shows", "Shows its input.", (JsonNode input, TaskContext _, CancellationToken _) => ValueTask.FromResult(input.ToJsonString()));
        also?.Invoke(builder);
    });

    public static Task<OrchestrationRun> StartAsync(ServiceProvider process, string taskType) => DurableHost.OrchestratorOf(process).StartAsync(
        TaskPlan.Create(plan => plan.Add("a", taskType, new JsonObject { ["url"] = "u", ["key"] = new SecretRef("api-key").ToJsonNode() })), TestEnd);

    public sealed record Call(string Url, string Key);

    public sealed class Vault(string secret) : ISecretProvider
    {
        public string? Find(string name) => name == "api-key" ? secret : null;
    }
}
