using System.Collections.Concurrent;
using System.Diagnostics;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Tests.Execution;
using AgentOrchestration.Tests.Results;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Monitoring;

public sealed class RunTracingTests : IDisposable
{
    private const string Own = "RunTracingTests";

    private readonly ConcurrentQueue<Activity> _ended = [];
    private readonly ActivitySource _source = new(Own);
    private readonly ConcurrentQueue<(Activity Span, object? RunId)> _started = [];
    private readonly ActivityListener _listener;
    private readonly Activity _caller;

    public RunTracingTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is OrchestrationDiagnostics.ActivitySourceName or Own,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = activity => _started.Enqueue((activity, activity.GetTagItem("agent_orchestration.run.id"))),
            ActivityStopped = _ended.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
        _caller = _source.StartActivity("caller")!;
    }

    [Fact]
    public async Task A_run_is_an_activity_of_its_caller_and_every_attempt_one_of_the_run()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef first = plan.Add("first", "work");
            plan.Add("second", "work", after: [first]);
        });

        Activity run = Assert.Single(Ended("orchestration.run"));
        Assert.Equal(_caller.SpanId, run.ParentSpanId);
        Assert.Equal(
            (result.Run.RunId, 2, "Succeeded", ActivityStatusCode.Ok),
            (run.GetTagItem("agent_orchestration.run.id"), run.GetTagItem("agent_orchestration.subtasks"), run.GetTagItem("agent_orchestration.outcome"), run.Status));
        Assert.Equal(["first", "second"], Ended("orchestration.attempt").Select(attempt => attempt.GetTagItem("agent_orchestration.subtask.id")));
        Assert.All(Ended("orchestration.attempt"), attempt =>
        {
            Assert.Equal(run.SpanId, attempt.ParentSpanId);
            Assert.Equal((result.Run.RunId, "work", 1), (attempt.GetTagItem("agent_orchestration.run.id"), attempt.GetTagItem("agent_orchestration.task_type"), attempt.GetTagItem("agent_orchestration.attempt")));
            Assert.Equal(ActivityStatusCode.Ok, attempt.Status);
        });
    }

    [Fact]
    public async Task Every_failed_attempt_is_an_activity_with_its_error()
    {
        await using Engine engine = Create();
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("only", "fail"));
        await engine.AdvanceUntilAsync(run.WaitAsync(TestContext.Current.CancellationToken), TimeSpan.FromSeconds(1));
        await run.DisposeAsync();

        Assert.Equal([1, 2], Ended("orchestration.attempt").Select(attempt => attempt.GetTagItem("agent_orchestration.attempt")));
        Assert.All(Ended("orchestration.attempt"), attempt => Assert.Equal(
            (ActivityStatusCode.Error, "It broke.", typeof(InvalidTimeZoneException).FullName),
            (attempt.Status, attempt.StatusDescription, attempt.GetTagItem("error.type"))));
        Assert.Equal(ActivityStatusCode.Error, Assert.Single(Ended("orchestration.run")).Status);
    }

    [Fact]
    public async Task Chat_calls_show_inside_the_attempt_that_made_them()
    {
        using var model = new ScriptedChatClient("An answer.");
        await using Engine engine = Create(model);

        await engine.RunAsync(plan =>
        {
            plan.Add("left", "ask");
            plan.Add("right", "ask");
        });

        Activity[] attempts = [.. Ended("orchestration.attempt")];
        Activity[] calls = [.. Ended("chat")];
        Assert.Equal(2, calls.Length);
        Assert.Equal(attempts.Select(attempt => attempt.SpanId.ToHexString()).Order(), calls.Select(call => call.ParentSpanId.ToHexString()).Order());
    }

    [Fact]
    public async Task A_run_has_its_id_while_it_is_running_and_from_the_beginning_when_it_is_resumed()
    {
        var host = new DurableHost(Configure);
        await using ServiceProvider process = host.NewProcess();
        OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("only", "approved")), TestContext.Current.CancellationToken);
        Assert.Equal(run.RunId, Assert.Single(Started("orchestration.run")).Span.GetTagItem("agent_orchestration.run.id"));
        await run.DisposeAsync();

        await using OrchestrationRun resumed = await DurableHost.OrchestratorOf(process).ResumeAsync(run.RunId, TestContext.Current.CancellationToken);

        Assert.Equal([null, run.RunId], Started("orchestration.run").Select(started => started.RunId));
    }

    [Fact]
    public async Task A_run_that_is_detached_leaves_an_activity_that_says_so_and_is_no_error()
    {
        var host = new DurableHost(Configure);
        await using ServiceProvider process = host.NewProcess();
        OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("only", "approved")), TestContext.Current.CancellationToken);

        await run.DisposeAsync();

        Activity left = Assert.Single(Ended("orchestration.run"));
        Assert.Equal((run.RunId, "Detached", ActivityStatusCode.Unset), (left.GetTagItem("agent_orchestration.run.id"), left.GetTagItem("agent_orchestration.outcome"), left.Status));
    }

    [Fact]
    public async Task A_resume_that_is_refused_leaves_an_activity_with_the_id_and_the_reason()
    {
        var host = new DurableHost(Configure);
        await using ServiceProvider driving = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(driving).StartAsync(TaskPlan.Create(plan => plan.Add("only", "approved")), TestContext.Current.CancellationToken);
        await using ServiceProvider other = host.NewProcess();

        InvalidOperationException refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => DurableHost.OrchestratorOf(other).ResumeAsync(run.RunId, TestContext.Current.CancellationToken));

        Activity refused = Assert.Single(Ended("orchestration.run"));
        Assert.Equal(
            (run.RunId, "Refused", typeof(InvalidOperationException).FullName, ActivityStatusCode.Error, refusal.Message),
            (refused.GetTagItem("agent_orchestration.run.id"), refused.GetTagItem("agent_orchestration.outcome"), refused.GetTagItem("error.type"), refused.Status, refused.StatusDescription));
    }

    [Fact]
    public async Task A_run_that_had_ended_leaves_an_activity_that_says_it_was_read()
    {
        var host = new DurableHost(Configure);
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("only", "work")), TestContext.Current.CancellationToken);
        await run.EndAsync();
        await run.DisposeAsync();

        await using OrchestrationRun read = await DurableHost.OrchestratorOf(process).ResumeAsync(run.RunId, TestContext.Current.CancellationToken);
        await read.DisposeAsync();

        Assert.Equal(["Succeeded", "Read"], Ended("orchestration.run").Select(activity => activity.GetTagItem("agent_orchestration.outcome")));
        Assert.All(Ended("orchestration.run"), activity => Assert.Equal(run.RunId, activity.GetTagItem("agent_orchestration.run.id")));
    }

    [Fact]
    public async Task The_callers_activity_stays_the_callers()
    {
        await using Engine engine = Create();

        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("only", "work"));

        Assert.Same(_caller, Activity.Current);
    }

    public void Dispose()
    {
        _caller.Dispose();
        _listener.Dispose();
        _source.Dispose();
    }

    /// <summary>Tests beside this one make activities too; theirs have another trace.</summary>
    private IEnumerable<Activity> Ended(string name) =>
        _ended.Where(activity => activity.TraceId == _caller.TraceId && activity.OperationName.StartsWith(name, StringComparison.Ordinal));

    private IEnumerable<(Activity Span, object? RunId)> Started(string name) =>
        _started.Where(started => started.Span.TraceId == _caller.TraceId && started.Span.OperationName.StartsWith(name, StringComparison.Ordinal));

    private static void Configure(IAgentOrchestrationBuilder builder) => builder
        .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("done"))
        .AddTaskType("approved", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("done"), options => options.RequiresApproval = true);

    private static Engine Create(IChatClient? model = null) => new(
        builder => builder
            .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("done"))
            .AddTaskType("ask", "Asks.", async (None _, TaskContext context, CancellationToken stop) => (await context.Chat.GetResponseAsync("?", cancellationToken: stop)).Text)
            .AddTaskType(
                "fail",
                "Fails twice.",
                ValueTask<string> (None _, TaskContext _, CancellationToken _) => throw new InvalidTimeZoneException("It broke."),
                options =>
                {
                    options.Retry.MaxAttempts = 2;
                    options.Retry.Delay = TimeSpan.Zero;
                }),
        services: services =>
        {
            if (model is not null)
            {
                services.AddChatClient(model).UseOpenTelemetry(sourceName: Own);
            }
        });
}
