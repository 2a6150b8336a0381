using System.Reflection;
using System.Text.Json;
using AgentOrchestration.Execution;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Optimization;
using AgentOrchestration.Plugins;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Sqlite;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Endpoints;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Callers;

/// <summary>Anybody may block on the library: no call returns to the context of its caller, and none of the application's code runs in it.</summary>
public sealed class BlockedCallerTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private static readonly string[] Stores = ["none", "memory", "sqlite", "own"];

    /// <summary>Each asynchronous member that callers use, with a call of it: made ready first, then called by a thread that is blocked.</summary>
    private static readonly Dictionary<string, Func<OrdinaryApplication, Task<Func<Task>?>>> Calls = new(StringComparer.Ordinal)
    {
        ["ITaskOrchestrator.PlanAsync(OrchestrationRequest)"] = Ready(app => app.Orchestrator.PlanAsync(OrdinaryApplication.Request, TestEnd)),
        ["ITaskOrchestrator.StartAsync(OrchestrationRequest, RunOptions)"] = Ready(app => app.Orchestrator.StartAsync(OrdinaryApplication.Request, Named, TestEnd)),
        ["ITaskOrchestrator.StartAsync(TaskPlan, RunOptions)"] = Ready(app => app.Orchestrator.StartAsync(OrdinaryApplication.Work, Named, TestEnd)),
        ["ITaskOrchestrator.RunAsync(OrchestrationRequest, RunOptions)"] = Ready(app => app.Orchestrator.RunAsync<string>(OrdinaryApplication.Request, Named, TestEnd)),
        ["ITaskOrchestrator.RunAsync(TaskPlan, RunOptions)"] = Ready(app => app.Orchestrator.RunAsync<string>(OrdinaryApplication.Work, Named, TestEnd)),
        ["TaskOrchestratorExtensions.StartAsync(ITaskOrchestrator, OrchestrationRequest)"] = Ready(app => app.Orchestrator.StartAsync(OrdinaryApplication.Request, TestEnd)),
        ["TaskOrchestratorExtensions.StartAsync(ITaskOrchestrator, TaskPlan)"] = Ready(app => app.Orchestrator.StartAsync(OrdinaryApplication.Work, TestEnd)),
        ["TaskOrchestratorExtensions.RunAsync(ITaskOrchestrator, OrchestrationRequest)"] = Ready(app => app.Orchestrator.RunAsync<string>(OrdinaryApplication.Request, TestEnd)),
        ["TaskOrchestratorExtensions.RunAsync(ITaskOrchestrator, TaskPlan)"] = Ready(app => app.Orchestrator.RunAsync<string>(OrdinaryApplication.Work, TestEnd)),
        ["TaskOrchestratorExtensions.ReplanAsync(ITaskOrchestrator, OrchestrationRequest, OrchestrationRun)"] = async app =>
        {
            OrchestrationRun run = await app.EndAsync("fail");
            return () => app.Orchestrator.ReplanAsync(OrdinaryApplication.Request, run, TestEnd);
        },
        ["ITaskOrchestrator.ReplanAsync(OrchestrationRequest, OrchestrationRun, RunOptions)"] = async app =>
        {
            OrchestrationRun run = await app.EndAsync("fail");
            return () => app.Orchestrator.ReplanAsync(OrdinaryApplication.Request, run, new RunOptions { Name = "again" }, TestEnd);
        },
        ["ITaskOrchestrator.ResumeAsync(String)"] = Stored(async app =>
        {
            OrchestrationRun run = await app.StartAsync("wait");
            await run.DisposeAsync();
            return () => app.Orchestrator.ResumeAsync(run.RunId, TestEnd);
        }),
        ["ITaskOrchestrator.StartFromAsync(OrchestrationRun, TaskPlan, IReadOnlyList, RunOptions)"] = async app =>
        {
            OrchestrationRun run = await app.EndAsync("work");
            return () => app.Orchestrator.StartFromAsync(run, cancellationToken: TestEnd);
        },
        ["ITaskOrchestrator.StartFromAsync(String, TaskPlan, IReadOnlyList, RunOptions)"] = Stored(async app =>
        {
            OrchestrationRun run = await app.EndAsync("work");
            return () => app.Orchestrator.StartFromAsync(run.RunId, cancellationToken: TestEnd);
        }),
        ["ITaskOrchestrator.SubmitAsync(TaskPlan, RunOptions)"] = Stored(app => Task.FromResult<Func<Task>>(() => app.Orchestrator.SubmitAsync(OrdinaryApplication.Work, Named, TestEnd))),
        ["ITaskOrchestrator.AttachAsync(String)"] = Stored(async app =>
        {
            OrchestrationRun run = await app.EndAsync("work");
            return () => app.Orchestrator.AttachAsync(run.RunId, TestEnd);
        }),
        ["OrchestrationRun.ApproveAsync(ApprovalRequested, String, String)"] = async app =>
        {
            OrchestrationRun run = await app.StartAsync("ask");
            ApprovalRequested question = await Engine.SeeAsync<ApprovalRequested>(run);
            return () => run.ApproveAsync(question, cancellationToken: TestEnd);
        },
        ["OrchestrationRun.RejectAsync(ApprovalRequested, String, String)"] = async app =>
        {
            OrchestrationRun run = await app.StartAsync("ask");
            ApprovalRequested question = await Engine.SeeAsync<ApprovalRequested>(run);
            return () => run.RejectAsync(question, cancellationToken: TestEnd);
        },
        ["OrchestrationRun.PauseAsync(String)"] = WithRun("wait", run => run.PauseAsync("why", TestEnd).AsTask()),
        ["OrchestrationRun.ContinueAsync()"] = WithRun("wait", run => run.ContinueAsync(TestEnd).AsTask()),
        ["IRunHandle.PauseAsync(String)"] = WithRun("wait", run => run.Handle.PauseAsync("why", TestEnd).AsTask()),
        ["IRunHandle.ContinueAsync()"] = WithRun("wait", run => run.Handle.ContinueAsync(TestEnd).AsTask()),
        ["OrchestrationRun.CancelAsync()"] = WithRun("wait", run => run.CancelAsync(TestEnd).AsTask()),
        ["OrchestrationRun.CancelAsync(String)"] = WithRun("wait", run => run.CancelAsync("only", TestEnd).AsTask()),
        ["OrchestrationRun.CompileAsync()"] = WithRun("work", run => run.CompileAsync<string>(TestEnd)),
        ["OrchestrationRun.DisposeAsync()"] = WithRun("wait", run => run.DisposeAsync().AsTask()),
        ["OrchestrationRun.ExtendBudgetAsync(RunBudget)"] = WithRun("wait", run => run.ExtendBudgetAsync(new RunBudget { MaxAttempts = 200 }, TestEnd)),
        ["OrchestrationRun.WaitAsync()"] = WithRun("work", run => run.WaitAsync(TestEnd)),
        ["OrchestrationRun.WatchAsync()"] = WithRun("work", run => All(run.WatchAsync(TestEnd))),
        ["OrchestrationRun.WatchAsync(Int64)"] = WithRun("work", run => All(run.WatchAsync(1, TestEnd))),
        ["IRunHandle.CancelAsync()"] = WithRun("wait", run => run.Handle.CancelAsync(TestEnd).AsTask()),
        ["IRunHandle.CancelAsync(String)"] = WithRun("wait", run => run.Handle.CancelAsync("only", TestEnd).AsTask()),
        ["IRunHandle.CloseAsync()"] = WithRun("wait", run => run.Handle.CloseAsync(TestEnd).AsTask()),
        ["IRunHandle.DecideAsync(String, String, Boolean, String, String)"] =
            WithRun("wait", run => run.Handle.DecideAsync("only", "none", isApproved: true, by: null, reason: null, TestEnd).AsTask()),
        ["IRunHandle.ExtendBudgetAsync(RunBudget)"] = WithRun("wait", run => run.Handle.ExtendBudgetAsync(new RunBudget { MaxAttempts = 200 }, TestEnd).AsTask()),
        ["IRunHandle.DisposeAsync()"] = WithRun("wait", run => run.Handle.DisposeAsync().AsTask()),
        ["IRunHandle.WatchAsync()"] = WithRun("work", run => All(run.Handle.WatchAsync(TestEnd))),
        ["IRunHandle.WatchAsync(Int64)"] = WithRun("work", run => All(run.Handle.WatchAsync(1, TestEnd))),
        ["IOpenRun.TryCompletePlanAsync(TaskGraph)"] = Ready(app => ExecutorOf(app).TryStartOpen(app.Services.GetRequiredService<PlanChecker>().Nothing("Go."), new RunOptions()) is { } open
            ? open.TryCompletePlanAsync(GraphOf(app), TestEnd).AsTask()
            : Task.CompletedTask),
        ["IExecutor.StartAsync(TaskGraph, RunOptions)"] = Ready(app => ExecutorOf(app).StartAsync(GraphOf(app), new RunOptions(), TestEnd).AsTask()),
        ["IExecutor.StartAsync(TaskGraph, RunOptions, RunReuse)"] = Stored(async app =>
        {
            OrchestrationRun run = await app.EndAsync("work");
            return () => ExecutorOf(app).StartAsync(GraphOf(app), new RunOptions(), new RunReuse(run.RunId, GraphOf(app)), TestEnd).AsTask();
        }),
        ["IExecutor.ResumeAsync(RunResumption)"] = Stored(async app =>
        {
            OrchestrationRun run = await app.EndAsync("work");
            RunLease lease = (await app.Store!.AcquireLeaseAsync(run.RunId, "me", Lease, TestEnd))!;
            return () => ExecutorOf(app).ResumeAsync(new RunResumption(lease, TimeProvider.System.GetTimestamp(), GraphOf(app), new RunOptions()), TestEnd).AsTask();
        }),
        ["IPlanCacheControl.WarmAsync(OrchestrationRequest)"] = Ready(app => PlansOf(app).WarmAsync(OrdinaryApplication.Request, TestEnd).AsTask()),
        ["IPlanCacheControl.PutAsync(OrchestrationRequest, TaskPlan)"] = Ready(app => PlansOf(app).PutAsync(OrdinaryApplication.Request, OrdinaryApplication.Work, TestEnd).AsTask()),
        ["IPlanCacheControl.InvalidateAsync(OrchestrationRequest)"] = Ready(app => PlansOf(app).InvalidateAsync(OrdinaryApplication.Request, TestEnd).AsTask()),
        ["IPlanCacheControl.InvalidateAllAsync()"] = Ready(app => PlansOf(app).InvalidateAllAsync(TestEnd).AsTask()),
        ["IResultCacheControl.InvalidateTagAsync(String)"] = Ready(app => ResultsOf(app).InvalidateTagAsync("tag", TestEnd).AsTask()),
        ["IResultCacheControl.InvalidateTaskTypeAsync(String)"] = Ready(app => ResultsOf(app).InvalidateTaskTypeAsync("work", TestEnd).AsTask()),
        ["IResultCacheControl.InvalidateMadeBeforeAsync(DateTimeOffset)"] = Ready(app => ResultsOf(app).InvalidateMadeBeforeAsync(DateTimeOffset.UnixEpoch, TestEnd).AsTask()),
        ["IResultCacheControl.WarmAsync(String, IEnumerable, RunOptions)"] = Ready(app => ResultsOf(app).WarmAsync("work", [null], cancellationToken: TestEnd)),
        ["IResultCacheControl.WarmFromJournalAsync()"] = Stored(app => Task.FromResult<Func<Task>>(() => ResultsOf(app).WarmFromJournalAsync(TestEnd))),
        ["IPluginRegistry.ExecuteAsync(String, String, JsonElement)"] =
            Ready(app => app.Services.GetRequiredService<IPluginRegistry>().ExecuteAsync("plugin", "plugged", default(JsonElement), TestEnd)),
        ["TaskContext.RentAsync(String)"] = Ready(async app => await (await app.StartAsync("rent").ConfigureAwait(false)).WaitAsync(TestEnd).ConfigureAwait(false)),
        ["BatchContext.RentAsync(String)"] = Ready(async app => await (await app.StartAsync("rent_together").ConfigureAwait(false)).WaitAsync(TestEnd).ConfigureAwait(false)),
        ["IRunStore.CreateAsync(NewRun, String, TimeSpan)"] = Kept((store, run, _) => store.CreateAsync(run with { RunId = "new" }, "me", Lease, TestEnd).AsTask()),
        ["IRunStore.AppendAsync(JournalAppend)"] =
            Kept((store, _, lease) => store.AppendAsync(new JournalAppend { Lease = lease, Sequence = 1, Events = [JsonSerializer.SerializeToUtf8Bytes(2)] }, TestEnd).AsTask()),
        ["IRunStore.ReadAsync(String, Int64)"] = Kept((store, run, _) => All(store.ReadAsync(run.RunId, 0, TestEnd))),
        ["IRunStore.ReadBlobAsync(String, String)"] = Kept((store, run, _) => store.ReadBlobAsync(run.RunId, new string('A', 64), TestEnd).AsTask()),
        ["IRunStore.ReadHeaderAsync(String)"] = Kept((store, run, _) => store.ReadHeaderAsync(run.RunId, TestEnd).AsTask()),
        ["IRunStore.FindAsync(String)"] = Kept((store, run, _) => store.FindAsync(run.RunId, TestEnd).AsTask()),
        ["IRunStore.ListAsync(RunQuery)"] = Kept((store, _, _) => All(store.ListAsync(new RunQuery(), TestEnd))),
        ["IRunStore.DeleteAsync(String)"] = Kept((store, run, _) => store.DeleteAsync(run.RunId, TestEnd).AsTask()),
        ["IRunStore.AcquireLeaseAsync(String, String, TimeSpan)"] = Kept((store, run, _) => store.AcquireLeaseAsync(run.RunId, "other", Lease, TestEnd).AsTask()),
        ["IRunStore.RenewLeaseAsync(RunLease, TimeSpan)"] = Kept((store, _, lease) => store.RenewLeaseAsync(lease, Lease, TestEnd).AsTask()),
        ["IRunStore.ReleaseLeaseAsync(RunLease)"] = Kept((store, _, lease) => store.ReleaseLeaseAsync(lease, TestEnd).AsTask()),
        ["IRunStore.ClaimAsync(RunClaim)"] = Kept((store, _, _) => store.ClaimAsync(new RunClaim { Owner = "other", Duration = Lease, Max = 1 }, TestEnd).AsTask()),
        ["IRunStore.SubmitAsync(NewRun)"] = Kept((store, run, _) => store.SubmitAsync(run with { RunId = "new" }, TestEnd).AsTask()),
        ["IRunInbox.SendAsync(RunCommand)"] = Kept((store, run, _) => store.Inbox!.SendAsync(CommandTo(run), TestEnd).AsTask()),
        ["IRunInbox.ReadCommandsAsync(IReadOnlyCollection, Int32)"] = Kept((store, run, _) => store.Inbox!.ReadCommandsAsync([run.RunId], 1, TestEnd).AsTask()),
        ["IRunInbox.FindAnswerAsync(String, Guid)"] = Kept((store, run, _) => store.Inbox!.FindAnswerAsync(run.RunId, Guid.Empty, TestEnd).AsTask()),
        ["RunStoreExtensions.ReadEventsAsync(IRunStore, String)"] = Stored(async app =>
        {
            OrchestrationRun run = await app.EndAsync("work");
            return () => All(app.Store!.ReadEventsAsync(run.RunId, TestEnd));
        }),
        ["RunStoreExtensions.ReadSnapshotAsync(IRunStore, String)"] = Stored(async app =>
        {
            OrchestrationRun run = await app.EndAsync("work");
            return () => app.Store!.ReadSnapshotAsync(run.RunId, TestEnd);
        }),
        ["RunStoreExtensions.DeleteEndedAsync(IRunStore, DateTimeOffset)"] = Stored(async app =>
        {
            await app.EndAsync("work");
            return () => app.Store!.DeleteEndedAsync(DateTimeOffset.MaxValue, TestEnd);
        }),
        ["HandlerTester.ExecuteAsync(Object)"] = Ready(app => TesterOf(app).ExecuteAsync<string>(cancellationToken: TestEnd)),
        ["HandlerTester.CompensateAsync(Object, Object)"] = Ready(_ => HandlerTester.For<Undoable>().CompensateAsync(None.Value, None.Value, TestEnd)),
        ["HandlerTester.CheckBatchAsync(IEnumerable)"] = Ready(_ => HandlerTester.For(Together()).CheckBatchAsync(["a", "b"], TestEnd)),
        ["HandlerTester.DisposeAsync()"] = Ready(app => TesterOf(app).DisposeAsync().AsTask()),
        ["ModelEndpointHandler.SendAsync(HttpRequestMessage)"] = Ready(async app =>
        {
            var handler = new ModelEndpointHandler(app.Services.GetRequiredKeyedService<IModelEndpoint>("model")) { InnerHandler = new Answering() };
            using var client = new HttpClient(handler);
            using HttpResponseMessage answer = await client.GetAsync(new Uri("http://model/"), TestEnd).ConfigureAwait(false);
        }),
        ["PlanEvaluation.RunAsync(ITaskOrchestrator, IEnumerable)"] = Ready(app => PlanEvaluation.RunAsync(app.Orchestrator, [new ExpectedPlan(OrdinaryApplication.Request, ["work"], [])], TestEnd)),
        ["RunStoreCheck.RunAsync(Func)"] = Ready(_ => RunStoreConformance.Checks[0].RunAsync(clock => new MemoryRunStore(clock), TestEnd)),
        ["ScriptedChatClient.GetResponseAsync(IEnumerable, ChatOptions)"] = Ready(_ => Scripted().GetResponseAsync([new ChatMessage(ChatRole.User, "Go.")], cancellationToken: TestEnd)),
        ["ScriptedChatClient.GetStreamingResponseAsync(IEnumerable, ChatOptions)"] =
            Ready(_ => All(Scripted().GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Go.")], cancellationToken: TestEnd))),
        ["ScriptedModelServer.GetResponseAsync(IEnumerable, ChatOptions)"] = Ready(_ => Server().GetResponseAsync([new ChatMessage(ChatRole.User, "Go.")], cancellationToken: TestEnd)),
        ["ScriptedModelServer.GetStreamingResponseAsync(IEnumerable, ChatOptions)"] =
            Ready(_ => All(Server().GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Go.")], cancellationToken: TestEnd))),
    };

    /// <summary>What the library calls, so that the application writes it, or what an attempt calls inside of itself.</summary>
    private static RunOptions Named => new() { RunId = Guid.NewGuid().ToString("N"), Name = "named" };

    private static readonly HashSet<string> Called =
        ["ITaskDecomposer", "IResultCompiler", "ISchedulingPolicy", "ITaskHandler", "IBatchTaskHandler", "IBatchEndpoint", "OpenAIBatchEndpoint", "ScriptedBatchEndpoint", "ITaskTypeSelector", "ICompensable", "TaskMiddleware", "TaskDelegate", "TaskDescriptor"];

    /// <summary>They have the members of an interface that is called.</summary>
    private static readonly Dictionary<string, string> Implementations = new(StringComparer.Ordinal)
    {
        [nameof(DelegatingExecutor)] = nameof(IExecutor),
        [nameof(DelegatingRunHandle)] = nameof(IRunHandle),
        [nameof(DelegatingTaskContext)] = nameof(TaskContext),
        [nameof(MemoryRunStore)] = nameof(IRunStore),
        [nameof(SqliteRunStore)] = nameof(IRunStore),
        [nameof(FaultyRunStore)] = nameof(IRunStore),
        [nameof(TestTaskContext)] = nameof(TaskContext),
    };

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> EveryCall => [.. Stores.SelectMany(_ => Calls.Keys, (store, call) => (call, store))];

    [Theory]
    [MemberData(nameof(EveryCall))]
    public async Task A_thread_with_a_context_may_block_on_a_call(string call, string store)
    {
        await using var application = new OrdinaryApplication(store);
        if (await Calls[call](application) is { } made)
        {
            await BlockedThread.CallAsync(made);
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("memory")]
    [InlineData("sqlite")]
    [InlineData("own")]
    public async Task A_thread_with_a_context_may_block_on_disposing_of_the_container(string store)
    {
        await using var application = new OrdinaryApplication(store);
        await application.StartAsync("wait");
        await application.EndAsync("rent");

        await BlockedThread.CallAsync(() => application.CloseAsync().AsTask());
    }

    [Fact]
    public void Every_public_asynchronous_member_has_its_call()
    {
        IEnumerable<string> members =
            from assembly in new[] { typeof(ITaskOrchestrator), typeof(SqliteRunStore), typeof(RunSimulation) }.Select(type => type.Assembly)
            from type in assembly.GetExportedTypes()
            where !typeof(Delegate).IsAssignableFrom(type)
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where (method.IsPublic || method.IsFamily) && !method.IsSpecialName && IsAsynchronous(method.ReturnType) && !Called.Contains(NameOf(type))
            select $"{OwnerOf(type, method)}.{method.Name}({string.Join(", ", ParametersOf(method))})";

        string[] all = [.. members.Distinct()];

        Assert.Empty(all.Except(Calls.Keys).Order(StringComparer.Ordinal));
        Assert.Empty(Calls.Keys.Except(all).Order(StringComparer.Ordinal));
    }

    private static string OwnerOf(Type type, MethodInfo method) =>
        type.IsAssignableTo(typeof(IRunInbox)) && typeof(IRunInbox).GetMethod(method.Name) is not null ? nameof(IRunInbox) : Implementations.GetValueOrDefault(NameOf(type), NameOf(type));

    private static RunCommand CommandTo(NewRun run) => new(run.RunId, Guid.CreateVersion7(), DateTimeOffset.UnixEpoch, JsonSerializer.SerializeToUtf8Bytes("stop"));

    private static bool IsAsynchronous(Type type) =>
        typeof(Task).IsAssignableFrom(type) || type == typeof(ValueTask)
        || (type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(ValueTask<>) || type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>)));

    private static IEnumerable<string> ParametersOf(MethodInfo method) =>
        method.GetParameters().Select(parameter => parameter.ParameterType).Where(type => type != typeof(CancellationToken)).Select(NameOf);

    private static string NameOf(Type type) => type.Name.Split('`')[0];

    private static Func<OrdinaryApplication, Task<Func<Task>?>> Ready(Func<OrdinaryApplication, Task> call) => app => Task.FromResult<Func<Task>?>(() => call(app));

    private static Func<OrdinaryApplication, Task<Func<Task>?>> WithRun(string taskType, Func<OrchestrationRun, Task> call) => async app =>
    {
        OrchestrationRun run = await app.StartAsync(taskType);
        await Engine.SeeAsync<AttemptStarted>(run);
        return () => call(run);
    };

    /// <summary>Something that needs a store.</summary>
    private static Func<OrdinaryApplication, Task<Func<Task>?>> Stored(Func<OrdinaryApplication, Task<Func<Task>>> call) => async app => app.Store is null ? null : await call(app);

    private static Func<OrdinaryApplication, Task<Func<Task>?>> Kept(Func<IRunStore, NewRun, RunLease, Task> call) => async app =>
    {
        if (app.Store is null or OrdinaryStore)
        {
            return null;
        }

        var run = new NewRun("old", DateTimeOffset.UnixEpoch, JsonSerializer.SerializeToUtf8Bytes(1));
        RunLease lease = (await app.Store.CreateAsync(run, "me", Lease, TestEnd))!;
        await app.Store.AppendAsync(new JournalAppend { Lease = lease, Sequence = 0, Events = [JsonSerializer.SerializeToUtf8Bytes(1)] }, TestEnd);
        return () => call(new FaultyRunStore(app.Store, _ => StoreFault.None), run, lease);
    };

    private static Task All<T>(IAsyncEnumerable<T> items)
    {
        foreach (T _ in items.ToBlockingEnumerable(TestEnd))
        {
            // It is read to its end.
        }

        return Task.CompletedTask;
    }

    private static IExecutor ExecutorOf(OrdinaryApplication app) => app.Services.GetRequiredService<IExecutor>();

    private static TaskGraph GraphOf(OrdinaryApplication app) => app.Services.GetRequiredService<PlanChecker>().Check(OrdinaryApplication.Work, out _)!;

    private static IPlanCacheControl PlansOf(OrdinaryApplication app) => app.Services.GetRequiredService<IPlanCacheControl>();

    private static IResultCacheControl ResultsOf(OrdinaryApplication app) => app.Services.GetRequiredService<IResultCacheControl>();

    private static HandlerTester TesterOf(OrdinaryApplication app) => HandlerTester.For(app.Services.GetRequiredService<ITaskTypeRegistry>().Get("work"));

    private static TaskDescriptor Together() => TaskDescriptor.ForBatch<string, string>(
        "together",
        "Answers several.",
        static async (inputs, _, _) =>
        {
            await OrdinaryCode.AwaitAsync();
            return inputs;
        },
        options => options.Effect = TaskEffect.Pure);

    private static ScriptedModelServer Server() => new(new ScriptedModelOptions { Latency = TimeSpan.FromMilliseconds(1), TokensPerSecond = 100_000 }, TimeProvider.System);

    private static ScriptedChatClient Scripted() => new ScriptedChatClient(TimeProvider.System) { Latency = TimeSpan.FromMilliseconds(1) }.Answer("Gone.");

    private sealed class Answering : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // A transport returns to no context.
            await Task.Run(static () => { }, cancellationToken).ConfigureAwait(false);
            return new HttpResponseMessage();
        }
    }

    [TaskType("undoable", Description = "Can be undone.")]
    private sealed class Undoable : ITaskHandler<None, None>, ICompensable<None, None>
    {
        public async ValueTask<None> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken)
        {
            await OrdinaryCode.AwaitAsync();
            return None.Value;
        }

        public async ValueTask CompensateAsync(None input, None output, TaskContext context, CancellationToken cancellationToken) => await OrdinaryCode.AwaitAsync();
    }
}
