using System.Diagnostics.Metrics;
using AgentOrchestration.Forecasting;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Endpoints;
using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;

namespace AgentOrchestration.Tests.Tasks.Endpoints;

/// <summary>Subtasks that use an endpoint.</summary>
public sealed class ModelEndpointRunTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_subtask_does_not_start_while_its_endpoint_is_paused_and_says_why()
    {
        await using Engine engine = Create(new EndpointModel(), endpoint: null);
        IModelEndpoint gate = GateOf(engine);
        gate.Observe(429, [KeyValuePair.Create("retry-after", "30")]);

        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("asks", "ask");
            plan.Add("other", "work");
        });
        await Engine.SeeAsync<SubtaskSucceeded>(run, succeeded => succeeded.SubtaskId == "other");
        WaitExplanation why = run.Explain("asks");

        Assert.Equal(SubtaskState.Ready, why.State);
        Assert.Equal(WaitKind.Resources, why.Kind);
        Assert.Equal(TimeSpan.FromSeconds(30), Assert.Single(why.Pools).PausedFor);
        Assert.Equal("waits for gpt, which is paused (30 s left)", why.ToString());
        Assert.Equal(0, gate.GetSnapshot().Sent);
        await run.CancelAsync(cancellationToken: TestEnd);
        await run.EndAsync();
    }

    [Fact]
    public async Task A_subtask_starts_when_the_pause_is_over()
    {
        var model = new EndpointModel();
        await using Engine engine = Create(model, endpoint: null);
        GateOf(engine).Observe(429, [KeyValuePair.Create("retry-after", "30")]);
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("asks", "ask"));

        engine.Clock.Advance(TimeSpan.FromSeconds(31));

        (await model.NextAsync()).Succeed();
        RunResult result = await run.EndAsync();
        Assert.Equal("re: asks", result.GetOutput<string>("asks"));
        Assert.Equal(1, Assert.Single(result.Subtasks).Attempts);
    }

    [Fact]
    public async Task A_pause_and_a_rate_are_forecast()
    {
        await using Engine engine = Create(new EndpointModel(), endpoint => endpoint.RequestsPerMinute = 2);
        GateOf(engine).Observe(529, [KeyValuePair.Create("retry-after", "600")]);

        Forecast forecast = engine.Orchestrator.Forecast(TaskPlan.Create(plan =>
        {
            for (int call = 0; call < 4; call++)
            {
                plan.Add($"asks-{call}", "ask", options: new() { EstimatedDuration = TimeSpan.FromSeconds(10) });
            }
        }));

        // Two when the pause is over; the bucket has been full since then, so the others follow at its rate.
        Assert.Equal(600 + 60 + 10, forecast.Makespan.TotalSeconds, 0.1);
    }

    [Fact]
    public async Task A_subtask_whose_call_is_rejected_succeeds_in_the_same_attempt()
    {
        var model = new EndpointModel();
        await using Engine engine = Create(model, endpoint: null);
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("asks", "ask"));
        (await model.NextAsync()).Fail(EndpointModel.Busy());

        Task<EndpointModel.Call> again = model.NextAsync();
        (await engine.AdvanceUntilAsync(again, TimeSpan.FromSeconds(0.5))).Succeed();

        RunResult result = await run.EndAsync();
        Assert.Equal((RunOutcome.Succeeded, 1), (result.Outcome, Assert.Single(result.Subtasks).Attempts));
    }

    [Fact]
    public async Task Calls_of_an_important_run_go_first()
    {
        var model = new EndpointModel();
        await using Engine engine = Create(model, endpoint => endpoint.MaxConcurrency = 1, usesEndpoint: false);
        IModelEndpoint gate = GateOf(engine);
        Task<ChatResponse> first = engine.Services.GetRequiredService<IChatClient>().GetResponseAsync("application", cancellationToken: TestEnd);
        EndpointModel.Call call = await model.NextAsync();
        await using OrchestrationRun low = await engine.StartAsync(plan => plan.Add("low", "ask"));
        await WaitingAsync(gate, 1);
        await using OrchestrationRun high = await engine.Orchestrator.StartAsync(
            TaskPlan.Create(plan => plan.Add("high", "ask")), new RunOptions { Priority = 5 }, TestEnd);
        await WaitingAsync(gate, 2);

        call.Succeed();

        foreach (string expected in new[] { "high", "low" })
        {
            call = await model.NextAsync();
            Assert.Equal(expected, call.Prompt);
            call.Succeed();
        }

        await first.InTimeAsync();
        await low.EndAsync();
        await high.EndAsync();
    }

    [Fact]
    public async Task Planning_subtasks_and_compiling_pass_one_gate()
    {
        using var model = new ScriptedChatClient().Answer("""{"subtasks":[{"id":"asks","type":"ask"}]}""").Answer("42").Answer("It is 42.");
        await using var engine = new Engine(
            builder => builder.AddModelEndpoint("gpt").AddTaskType(
                "ask", "Asks.", async (TaskContext context, CancellationToken stop) => (await context.Chat.GetResponseAsync("What is it?", cancellationToken: stop)).Text),
            services: services => services.AddChatClient(model).UseModelEndpoint("gpt"));

        string answer = await engine.Orchestrator.RunAsync<string>(new OrchestrationRequest("Say what it is."), options: null, TestEnd).InTimeAsync();

        Assert.Equal("It is 42.", answer);
        Assert.Equal((3L, 3), (GateOf(engine).GetSnapshot().Sent, model.Requests.Count));
    }

    [Fact]
    public async Task Metrics_show_the_gate()
    {
        await using var engine = new Engine(builder => builder.AddModelEndpoint("gpt"), services: services => services.AddMetrics());
        Assert.NotEmpty(engine.Services.GetServices<IRunEventSink>());
        using var rejected = new MetricCollector<long>(
            engine.Services.GetRequiredService<IMeterFactory>(), OrchestrationDiagnostics.MeterName, "agent_orchestration.endpoint.rejected");
        GateOf(engine).Observe(429, []);

        rejected.RecordObservableInstruments();

        CollectedMeasurement<long> measured = Assert.Single(rejected.GetMeasurementSnapshot());
        Assert.Equal((1L, "gpt"), (measured.Value, measured.Tags["endpoint"]));
    }

    [Fact]
    public async Task A_handler_class_declares_its_endpoint()
    {
        await using var engine = new Engine(builder => builder.AddModelEndpoint("gpt").AddTaskType<Summarize>());

        ITaskTypeRegistry registry = engine.Services.GetRequiredService<ITaskTypeRegistry>();

        Assert.Equal(ResourceRequirements.Of(new ResourceAmount("gpt", 1), new ResourceAmount("memory", 5)), registry.Get("summarize").Resources);
    }

    private static Engine Create(EndpointModel model, Action<ModelEndpointOptions>? endpoint, bool usesEndpoint = true) => new(
        builder => builder
            .AddModelEndpoint("gpt", endpoint)
            .AddTaskType(
                "ask",
                "Asks.",
                async (None _, TaskContext context, CancellationToken stop) => (await context.Chat.GetResponseAsync(context.Subtask.Id, cancellationToken: stop)).Text,
                options => options.Endpoint = usesEndpoint ? "gpt" : null)
            .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1)),
        services: services => services.AddChatClient(model).UseModelEndpoint("gpt"));

    private static IModelEndpoint GateOf(Engine engine) => engine.Services.GetRequiredKeyedService<IModelEndpoint>("gpt");

    private static Task WaitingAsync(IModelEndpoint gate, int count) => Task.Run(
        async () =>
        {
            while (gate.GetSnapshot().Waiting != count)
            {
                TestEnd.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        },
        TestEnd).InTimeAsync();

    [TaskType("summarize", Description = "Summarizes."), UsesEndpoint("gpt"), RequiresResource("memory", 5)]
    private sealed class Summarize : ITaskHandler<string, string>
    {
        public ValueTask<string> ExecuteAsync(string input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(input);
    }
}
