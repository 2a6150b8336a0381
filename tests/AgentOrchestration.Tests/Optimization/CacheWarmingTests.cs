using System.Diagnostics;
using System.Text.Json.Nodes;
using AgentOrchestration.Optimization;
using AgentOrchestration.Results;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Execution;
using AgentOrchestration.Tests.Results;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Optimization;

/// <summary>Results are made, or taken from earlier runs, before anybody asks for them.</summary>
public sealed class CacheWarmingTests
{
    private int _worked;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Results_of_a_list_of_inputs_are_made_once_and_found_by_later_runs()
    {
        await using Engine engine = CountedWork.Engine(also: builder => builder.UseResultCache());
        IResultCacheControl control = SharedCache.ControlOf(engine);
        await engine.RunAsync(plan => plan.AddAsk("only", 2));

        RunSnapshot warmed = await control.WarmAsync(CountedWork.Name, [JsonValue.Create(1), JsonValue.Create(2)], cancellationToken: TestEnd);

        Assert.Equal([OutputOrigin.Executed, OutputOrigin.Cached], warmed.Subtasks.Select(subtask => subtask.Origin));
        Assert.Equal(OutputOrigin.Cached, (await engine.RunAsync(plan => plan.AddAsk("only", 1)))["only"].Origin);
        await Assert.ThrowsAsync<InvalidPlanException>(() => control.WarmAsync("nobody", [null], cancellationToken: TestEnd));
        await Assert.ThrowsAsync<InvalidOperationException>(() => control.WarmFromJournalAsync(TestEnd));
    }

    [Fact]
    public async Task A_new_process_finds_the_results_of_earlier_runs_with_what_they_used()
    {
        DurableHost host = Create();
        await RunAsync(host, 1, 2);
        await using ServiceProvider process = host.NewProcess();

        Assert.Equal(2, await ControlOf(process).WarmFromJournalAsync(TestEnd));

        RunResult result = await RunAsync(process, 1);
        Assert.Equal((OutputOrigin.Cached, "answer 1", 2), (result["t0"].Origin, result["t0"].Output, _worked));
        Assert.Equal((SavingsReason.Cached, 101L), (result.Savings.Avoided[0].Reason, result.Savings.Avoided[0].Usage.InputTokens + result.Savings.Avoided[0].Usage.OutputTokens));
    }

    [Fact]
    public async Task A_host_that_starts_takes_them_by_itself_when_it_is_told_to()
    {
        DurableHost host = Create(cache => cache.WarmFromJournal = true);
        await RunAsync(host, 1);
        await using ServiceProvider process = host.NewProcess();
        await DurableHost.StartAsync(process);
        HybridResultCache cache = process.GetRequiredService<HybridResultCache>();
        for (long begin = Stopwatch.GetTimestamp(); cache.LocalCount == 0;)
        {
            Watchdog.Check(begin, "the first result");
            await Task.Yield();
        }

        Assert.Equal(OutputOrigin.Cached, (await RunAsync(process, 1))["t0"].Origin);
        await DurableHost.StopAsync(process, TestEnd);
    }

    [Fact]
    public async Task What_started_early_and_ran_when_its_turn_came_is_taken_too()
    {
        var first = new Checkpoint();
        var second = new Checkpoint();
        var host = new DurableHost(builder => builder.UseResultCache()
            .AddTaskType("first", "Comes first.", (None _, TaskContext _, CancellationToken stop) => PassAsync(first, stop), options => options.Effect = TaskEffect.Pure)
            .AddTaskType("second", "Comes then.", (None _, TaskContext _, CancellationToken stop) => PassAsync(second, stop), options => options.Effect = TaskEffect.Pure));
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
                TaskPlan.Create(plan => plan.Add("second", "second", after: [plan.Add("first", "first")])), new RunOptions { Extra = new ExtraWork { EarlyShare = 1 } }, TestEnd);
            await second.Reached.InTimeAsync(run);
            first.Open();
            await Engine.SeeAsync<AttemptConfirmed>(run);
            second.Open();
            Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        }

        await using ServiceProvider later = host.NewProcess();

        Assert.Equal(2, await ControlOf(later).WarmFromJournalAsync(TestEnd));

        static async ValueTask<int> PassAsync(Checkpoint checkpoint, CancellationToken stop)
        {
            await checkpoint.PassAsync(stop);
            return 1;
        }
    }

    [Fact]
    public async Task A_large_result_is_taken_too_and_a_cached_one_is_not_taken_twice()
    {
        string large = new('x', 40_000);
        var host = new DurableHost(builder => builder.UseResultCache().AddTaskType("large", "Is large.", () => large, options => options.Effect = TaskEffect.Pure));
        for (int i = 0; i < 2; i++)
        {
            await using ServiceProvider before = host.NewProcess();
            await ControlOf(before).WarmFromJournalAsync(TestEnd);
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(before).StartAsync(TaskPlan.Create(plan => plan.Add("t0", "large")), TestEnd);
            await run.EndAsync();
        }

        await using ServiceProvider process = host.NewProcess();

        Assert.Equal(1, await ControlOf(process).WarmFromJournalAsync(TestEnd));
    }

    [Fact]
    public async Task Results_that_are_too_old_or_too_many_are_not_taken()
    {
        DurableHost host = Create(cache => (cache.TimeToLive, cache.MaxLocalEntries) = (TimeSpan.FromMinutes(10), 3));
        await RunAsync(host, 1, 2);
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await RunAsync(host, 3, 4, 5, 6);

        await using ServiceProvider process = host.NewProcess();

        Assert.Equal(3, await ControlOf(process).WarmFromJournalAsync(TestEnd));
        Assert.Equal(OutputOrigin.Executed, (await RunAsync(process, 1))["t0"].Origin);
    }

    [Theory]
    [InlineData("length", 0)]
    [InlineData("stop", 1)]
    public async Task An_answer_that_the_cache_did_not_keep_is_not_taken(string reason, int taken)
    {
        DurableHost host = Asking(reason, "m");
        await using (ServiceProvider before = host.NewProcess())
        {
            await RunAskAsync(before);
        }

        await using ServiceProvider process = host.NewProcess();

        Assert.Equal(taken, await ControlOf(process).WarmFromJournalAsync(TestEnd));
    }

    [Fact]
    public async Task What_another_model_has_answered_is_never_found()
    {
        DurableHost host = Asking("stop", "m");
        await using (ServiceProvider before = host.NewProcess())
        {
            await RunAskAsync(before);
        }

        await using ServiceProvider process = host.NewProcess(also: builder => builder.Services.AddSingleton<IChatClient>(Model("stop", "n")));
        await ControlOf(process).WarmFromJournalAsync(TestEnd);

        Assert.Equal("n", await RunAskAsync(process));
    }

    [Fact]
    public async Task What_belongs_to_another_partition_is_never_found()
    {
        DurableHost host = Create(cache => cache.Partition = run => run.Name);
        await using (ServiceProvider before = host.NewProcess())
        {
            await RunAsync(before, new RunOptions { Name = "acme" }, 1);
        }

        await using ServiceProvider process = host.NewProcess();
        await ControlOf(process).WarmFromJournalAsync(TestEnd);

        Assert.Equal(OutputOrigin.Executed, (await RunAsync(process, new RunOptions { Name = "other" }, 1))["t0"].Origin);
        Assert.Equal(OutputOrigin.Cached, (await RunAsync(process, new RunOptions { Name = "acme" }, 1))["t0"].Origin);
    }

    [Fact]
    public async Task What_was_invalidated_in_this_process_is_not_taken()
    {
        DurableHost host = Create();
        await RunAsync(host, 1);
        await using ServiceProvider process = host.NewProcess();
        await ControlOf(process).InvalidateTaskTypeAsync(CountedWork.Name, TestEnd);

        Assert.Equal(0, await ControlOf(process).WarmFromJournalAsync(TestEnd));
    }

    private DurableHost Create(Action<ResultCacheOptions>? configure = null) => new(builder => builder.UseResultCache(configure).AddCountedWork(onWork: _ =>
    {
        Interlocked.Increment(ref _worked);
        return Task.CompletedTask;
    }));

    private static DurableHost Asking(string reason, string model) => new(builder =>
    {
        builder.Services.AddSingleton<IChatClient>(Model(reason, model));
        builder.UseResultCache().AddTaskType("ask", "Asks.", async (TaskContext context) => (await context.Chat.GetResponseAsync("?", cancellationToken: TestEnd)).Text, options => options.Effect = TaskEffect.Pure);
    });

    private static NamedModel Model(string reason, string name) => new(name, new ChatFinishReason(reason));

    private static async Task<object?> RunAskAsync(ServiceProvider process)
    {
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("t0", "ask")), TestEnd);
        return (await run.EndAsync())["t0"].Output;
    }

    private static IResultCacheControl ControlOf(ServiceProvider process) => process.GetRequiredService<IResultCacheControl>();

    private static async Task RunAsync(DurableHost host, params int[] numbers)
    {
        await using ServiceProvider process = host.NewProcess();
        await RunAsync(process, numbers);
    }

    private static Task<RunResult> RunAsync(ServiceProvider process, params int[] numbers) => RunAsync(process, new RunOptions(), numbers);

    private static async Task<RunResult> RunAsync(ServiceProvider process, RunOptions options, params int[] numbers)
    {
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            foreach ((int index, int number) in numbers.Index())
            {
                plan.AddAsk($"t{index}", number);
            }
        });
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(plan, options, TestEnd);
        return await run.EndAsync();
    }

    private sealed class NamedModel(string name, ChatFinishReason reason) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, name)) { FinishReason = reason });

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("p", defaultModelId: name) : null;

        public void Dispose()
        {
        }
    }
}
