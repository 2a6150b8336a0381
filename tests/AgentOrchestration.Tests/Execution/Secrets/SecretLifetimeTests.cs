using System.Text.Json.Nodes;
using AgentOrchestration.Execution.Secrets;
using AgentOrchestration.Plans;
using AgentOrchestration.Tests.Execution.Foreign;
using Microsoft.Extensions.DependencyInjection;
using static AgentOrchestration.Tests.Execution.Secrets.SecretRuns;

namespace AgentOrchestration.Tests.Execution.Secrets;

/// <summary>Where secrets are refused, and how long they are kept.</summary>
public sealed class SecretLifetimeTests
{
    [Fact]
    public async Task A_result_that_holds_a_secret_is_not_stored()
    {
        DurableHost host = Create(builder => builder.AddTaskType<Call, string>("returns", "Returns a secret.", (call, _, _) => ValueTask.FromResult($"{new string('x', 200_000)} {call.Key}")));
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await StartAsync(process, "returns");

        RunResult result = await run.EndAsync();

        Assert.Equal("ResultHoldsSecret", result["a"].Error!.Kind);
        Assert.Contains("refer to the secret in the arguments", result["a"].Error!.Message, StringComparison.Ordinal);
        Assert.All(await host.JournalAsync(run.RunId), line => Assert.DoesNotContain("canary", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task A_result_that_holds_a_secret_is_not_cached(bool holdsSecret, int expectedCalls)
    {
        int calls = 0;
        await using var engine = new Engine(
            builder => builder.UseResultCache().AddTaskType<Call, string>(
                "returns",
                "Returns what it was given, or not.",
                (call, _, _) =>
                {
                    calls++;
                    return ValueTask.FromResult(holdsSecret ? call.Key : call.Url);
                },
                type => type.Effect = TaskEffect.Pure),
            services: services => services.AddSingleton<ISecretProvider>(new Vault(Canary)));
        for (int i = 0; i < 2; i++)
        {
            OrchestrationRun run = await engine.StartAsync(plan => plan.Add("a", "returns", new JsonObject { ["url"] = "u", ["key"] = new SecretRef("api-key").ToJsonNode() }));

            // Its cache is written to before the run is disposed of.
            await using IAsyncDisposable disposal = run.Disposal();
            await run.EndAsync();
        }

        Assert.Equal(expectedCalls, calls);
    }

    [Fact]
    public async Task A_subtask_that_holds_a_secret_is_not_added()
    {
        DurableHost host = Create(builder => builder.AddTaskType<Call, int>("adds", "Adds a subtask.", (call, context, _) =>
        {
            context.AddSubtasks(plan => plan.Add("more", "shows", new JsonObject { ["of"] = call.Key }));
            return ValueTask.FromResult(1);
        }));
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await StartAsync(process, "adds");

        RunResult result = await run.EndAsync();

        Assert.Contains("adds holds a secret", result["a"].Error!.Message.Replace("'a' ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Single(result.Subtasks);
    }

    [Fact]
    public async Task Secrets_are_forgotten_when_their_run_has_ended_and_cost_other_runs_nothing()
    {
        int given = 0;
        var provider = new Rotating(() => $"token-{Interlocked.Increment(ref given)}-of-many");
        long bytes = 0;
        await using var engine = new Engine(
            builder => builder
                .AddTaskType<Call, int>("takes", "Takes a secret.", (call, context, _) =>
                {
                    context.StreamText(call.Key);
                    return ValueTask.FromResult(call.Key.Length);
                })
                .AddTaskType<None, int>("streams", "Streams.", (_, context, _) =>
                {
                    bytes = Cost.BytesOf(() => context.StreamText("some words of an answer"));
                    return ValueTask.FromResult(1);
                }),
            services: services => services.AddSingleton<ISecretProvider>(provider));
        await engine.RunAsync(plan => plan.Add("a", "streams"));
        await engine.RunAsync(plan => plan.Add("a", "streams"));
        long before = bytes;
        for (int i = 0; i < 50; i++)
        {
            OrchestrationRun run = await engine.StartAsync(plan => plan.Add("a", "takes", new JsonObject { ["url"] = "u", ["key"] = new SecretRef("api-key").ToJsonNode() }));
            await using IAsyncDisposable disposal = run.Disposal();
            await run.EndAsync();

            Assert.Equal(0, ForeignParts.LocalRunOf(run).Secrets.Count);
        }

        await engine.RunAsync(plan => plan.Add("a", "streams"));
        Assert.Equal(50, given);
        Assert.Equal(before, bytes);
    }

    [Fact]
    public async Task Secrets_are_kept_until_abandoned_code_has_returned()
    {
        var entered = new TaskCompletionSource();
        var returns = new TaskCompletionSource();
        await using var engine = new Engine(
            builder => builder.AddTaskType<Call, int>("ignores", "Ignores that it is to stop.", async (_, _, _) =>
            {
                entered.SetResult();
                await returns.Task;
                return 1;
            }),
            services: services => services.AddSingleton<ISecretProvider>(new Vault(Canary)));
        OrchestrationRun run = await engine.StartAsync(plan => plan.Add("a", "ignores", new JsonObject { ["url"] = "u", ["key"] = new SecretRef("api-key").ToJsonNode() }));
        await using IAsyncDisposable disposal = run.Disposal();
        await entered.Task.InTimeAsync();
        await run.CancelAsync(TestEnd);
        Task<RunResult> end = run.EndAsync();
        while (!end.IsCompleted)
        {
            engine.Clock.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        RunSecrets secrets = ForeignParts.LocalRunOf(run).Secrets;
        Assert.Equal(1, secrets.Count);
        returns.SetResult();
        while (secrets.Count > 0)
        {
            TestEnd.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_secret_that_is_not_there_fails_its_subtask_by_name()
    {
        DurableHost host = Create();
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
            TaskPlan.Create(plan => plan.Add("uses", "uses", new JsonObject { ["url"] = "u", ["key"] = new SecretRef("other").ToJsonNode() })), TestEnd);

        Assert.Contains("There is no secret 'other'", (await run.EndAsync())["uses"].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_stands_only_where_a_text_may()
    {
        DurableHost host = Create();
        using ServiceProvider process = host.NewProcess();
        PlanDiagnostic diagnostic = Assert.Single(DurableHost.OrchestratorOf(process).Check(
            TaskPlan.Create(plan => plan.Add("number", "number", new SecretRef("api-key").ToJsonNode()))));
        Assert.Contains("'api-key' is a text", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_an_output_says_names_no_secret()
    {
        DurableHost host = Create();
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
            TaskPlan.Create(plan =>
            {
                SubtaskRef forged = plan.Add("forged", "forges");
                plan.Add("shows", "shows", new JsonObject { ["of"] = forged.Output("/list/0").ToJsonNode() });
                plan.ForEach("each", forged.Output("/list"), "shows");
            }),
            TestEnd);
        RunResult result = await run.EndAsync();

        Assert.Equal("""{"of":{"$secret":"api-key"}}""", result.GetOutput<string>("shows"));
        Assert.Contains("reads as a reference to a secret", result["each"].Error!.Message, StringComparison.Ordinal);
    }

    private sealed class Rotating(Func<string> next) : ISecretProvider
    {
        public string? Find(string name) => next();
    }
}
