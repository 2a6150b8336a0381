using AgentOrchestration.Results;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tests.Planning;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

/// <summary>What an id of the caller's own promises when starts race, are cancelled, or follow a crash.</summary>
public sealed class StartOnceTests
{
    private int _worked;

    private static TaskPlan One => TaskPlan.Create(plan => plan.Add("only", "work"));

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Starts_that_race_under_one_id_make_one_run(bool isDurable)
    {
        await using Engine engine = new(
            builder =>
            {
                Configure(builder);
                if (isDurable)
                {
                    builder.UseRunStore(new MemoryRunStore(TimeProvider.System));
                }
            },
            options => options.Runs.MaxParallelism = 1);
        TaskPlan plan = TaskPlan.Create(plan => plan.Add("waits", "waits"));
        for (int i = 0; i < 100; i++)
        {
            using var barrier = new Barrier(3);
            var options = new RunOptions { RunId = $"order-{i}" };
            OrchestrationRun[] runs = await Task.WhenAll(Enumerable.Range(0, 3).Select(number => Task.Factory.StartNew(
                async () =>
                {
                    barrier.SignalAndWait(TestEnd);
                    Thread.SpinWait(number * (i % 50) * 20);
                    return await engine.Orchestrator.StartAsync(plan, options, TestEnd);
                },
                TestEnd, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap())).InTimeAsync();

            Assert.Single(runs.Select(run => run.Handle).Distinct());
            foreach (OrchestrationRun run in runs)
            {
                await run.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task A_start_whose_caller_cancels_it_takes_the_run_from_nobody_else()
    {
        var host = new DurableHost(Configure);
        var written = new Checkpoint();
        using var store = new HoldingStore(host.Store, _ => written.PassAsync(TestEnd));
        await using ServiceProvider process = host.NewProcess(store);
        ITaskOrchestrator orchestrator = DurableHost.OrchestratorOf(process);
        var options = new RunOptions { RunId = "order-1" };
        using var cancelled = new CancellationTokenSource();
        Task<OrchestrationRun> first = orchestrator.StartAsync(One, options, cancelled.Token);
        await store.Held.InTimeAsync();
        Task<OrchestrationRun> second = orchestrator.StartAsync(One, options, TestEnd);

        await cancelled.CancelAsync();
        written.Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await using OrchestrationRun run = await second.InTimeAsync();
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.Equal(1, _worked);
    }

    [Fact]
    public async Task A_start_that_was_cancelled_can_be_repeated()
    {
        var host = new DurableHost(Configure);
        var options = new RunOptions { RunId = "order-1" };
        var written = new Checkpoint();
        using (var store = new HoldingStore(host.Store, _ => written.PassAsync(TestEnd)))
        {
            await using ServiceProvider process = host.NewProcess(store);
            using var cancelled = new CancellationTokenSource();
            Task<OrchestrationRun> first = DurableHost.OrchestratorOf(process).StartAsync(One, options, cancelled.Token);
            await store.Held.InTimeAsync();
            await cancelled.CancelAsync();
            written.Open();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        }

        await using ServiceProvider later = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(later).StartAsync(One, options, TestEnd);
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.Equal(1, _worked);
    }

    [Fact]
    public async Task A_run_whose_process_died_before_its_first_event_is_started_by_its_id()
    {
        var host = new DurableHost(Configure);
        var options = new RunOptions { RunId = "order-1", Priority = 2 };
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(One, options, TestEnd);
            await run.EndAsync();
        }

        await using ServiceProvider later = host.NewProcess(await host.CutAsync("order-1", 0));
        await using OrchestrationRun again = await DurableHost.OrchestratorOf(later).StartAsync(One, options, TestEnd);

        Assert.Equal((RunOutcome.Succeeded, 2), ((await again.EndAsync()).Outcome, again.Options.Priority));
        Assert.Equal(2, _worked);
    }

    [Fact]
    public async Task A_run_that_was_deleted_can_be_started_again_under_its_id()
    {
        var host = new DurableHost(Configure);
        await using ServiceProvider process = host.NewProcess();
        var options = new RunOptions { RunId = "order-1" };
        for (int i = 1; i <= 2; i++)
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(One, options, TestEnd);
            Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
            Assert.Equal(i, _worked);
            Assert.True(await host.Store.DeleteAsync("order-1", TestEnd));
        }
    }

    [Fact]
    public async Task A_run_that_was_cancelled_is_returned_as_it_is()
    {
        var host = new DurableHost(Configure);
        await using ServiceProvider process = host.NewProcess();
        var options = new RunOptions { RunId = "order-1" };
        TaskPlan plan = TaskPlan.Create(plan => plan.Add("waits", "waits"));
        await using (OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(plan, options, TestEnd))
        {
            await run.CancelAsync(TestEnd);
            await run.EndAsync();
        }

        await using OrchestrationRun again = await DurableHost.OrchestratorOf(process).StartAsync(plan, options, TestEnd);

        Assert.Equal(RunOutcome.Cancelled, (await again.EndAsync()).Outcome);
    }

    [Fact]
    public async Task Of_two_processes_that_start_one_run_one_drives_it_and_the_other_says_so()
    {
        var host = new DurableHost(Configure);
        await using ServiceProvider one = host.NewProcess();
        await using ServiceProvider other = host.NewProcess();
        TaskPlan plan = TaskPlan.Create(plan => plan.Add("waits", "waits"));
        for (int i = 0; i < 50; i++)
        {
            var options = new RunOptions { RunId = $"order-{i}" };
            Task<OrchestrationRun>[] starts = [.. new[] { one, other }.Select(process => Task.Run(() => DurableHost.OrchestratorOf(process).StartAsync(plan, options, TestEnd), TestEnd))];
            await Task.WhenAll(starts).InTimeAsync().ContinueWith(_ => { }, TaskScheduler.Default);

            Task<OrchestrationRun> refused = Assert.Single(starts, start => start.IsFaulted);
            Assert.Contains("is driven by", Assert.IsType<InvalidOperationException>(refused.Exception!.InnerException).Message, StringComparison.Ordinal);
            await (await Assert.Single(starts, start => !start.IsFaulted)).DisposeAsync();
        }
    }

    [Fact]
    public async Task Code_that_starts_a_run_of_its_own_under_an_id_finds_it_again_after_a_crash()
    {
        var host = new DurableHost(builder =>
        {
            Configure(builder);
            builder.AddTaskType("outer", "Starts a run and waits for it.", async (None _, TaskContext context, CancellationToken stop) =>
            {
                await using OrchestrationRun inner = await context.Services.GetRequiredService<ITaskOrchestrator>()
                    .StartAsync(One, new RunOptions { RunId = context.IdempotencyKey }, stop);
                return (await inner.WaitAsync(stop)).GetOutput<string>("only");
            });
        });
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
                TaskPlan.Create(plan => plan.Add("outer", "outer")), new RunOptions { RunId = "order-1" }, TestEnd);
            Assert.Equal("order-1/outer", (await run.EndAsync()).GetOutput<string>("outer"));
        }

        // The outer run has lost all after the start of its attempt; what the inner one did is kept.
        string[] journal = await host.JournalAsync("order-1");
        MemoryRunStore cut = host.Store;
        ReadOnlyMemory<byte> header = (await cut.ReadHeaderAsync("order-1", TestEnd))!.Value;
        Assert.True(await cut.DeleteAsync("order-1", TestEnd));
        RunLease lease = (await cut.CreateAsync(new NewRun("order-1", host.Clock.GetUtcNow(), header), "dead", TimeSpan.FromSeconds(1), TestEnd))!;
        await cut.AppendAsync(new JournalAppend { Lease = lease, Sequence = 0, Events = [.. journal.Take(2).Select(line => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(line))] }, TestEnd);
        await cut.ReleaseLeaseAsync(lease, TestEnd);

        Assert.Equal("order-1/outer", (await host.ResumeToEndAsync("order-1")).GetOutput<string>("outer"));
        Assert.Equal(1, _worked);
    }

    [Fact]
    public async Task A_plan_is_recognized_after_it_was_stored_however_its_arguments_are_written()
    {
        var host = new DurableHost(Configure);
        await using ServiceProvider process = host.NewProcess();
        var options = new RunOptions { RunId = "order-1" };
        TaskPlan plan = TaskPlan.FromJson(
            """
            {"goal":"é \ud83d\ude00 <b>","subtasks":[{"id":"only","type":"any","name":"A \u0022name\u0022","estimatedMinutes":0.1,
            "arguments":{ "b" : 1.0, "a":1e2, "text":"\u00e9\u003c\/", "none":null, "list":[ -0.0, 12345678901234567890.123 ] }}]}
            """);
        for (int i = 0; i < 2; i++)
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(plan, options, TestEnd);
            Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        }

        Assert.Equal(1, _worked);
    }

    [Fact]
    public async Task What_a_caller_does_with_its_options_after_the_call_changes_no_run()
    {
        await using Engine engine = new(Configure);
        var options = new RunOptions();

        // A scheduler of the caller's own is left before anything happens.
        Task<string>[] answers = await Task.Factory.StartNew(
            () => Enumerable.Range(0, 50).Select(number =>
            {
                options.RunId = $"order-{number}";
                return engine.Orchestrator.RunAsync<string>(One, options, TestEnd);
            }).ToArray(),
            TestEnd, TaskCreationOptions.None, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);

        Assert.Equal(Enumerable.Range(0, 50).Select(number => $"order-{number}"), await Task.WhenAll(answers).InTimeAsync());
    }

    [Theory]
    [InlineData(5)]
    [InlineData(256)]
    public async Task An_id_of_any_length_is_continued_when_the_request_is_planned_again(int length)
    {
        string runId = new('x', length);
        var host = new DurableHost(
            builder =>
            {
                Configure(builder);
                builder.Services.AddSingleton<IChatClient>(new ScriptedModel(
                    """{"subtasks":[{"id":"broken","type":"broken"}]}""", """{"subtasks":[{"id":"only","type":"work"}]}"""));
            },
            options => options.Planning.MaxReplans = 1);
        for (int i = 0; i < 2; i++)
        {
            await using ServiceProvider process = host.NewProcess();
            await DurableHost.OrchestratorOf(process).RunAsync<string>(new OrchestrationRequest("Work."), new RunOptions { RunId = runId }, TestEnd);
        }

        Assert.Equal(1, _worked);
        Assert.Equal(2, (await host.RunsAsync()).Length);
    }

    [Fact]
    public async Task An_id_that_holds_anything_starts_its_run_and_no_message_breaks_a_line_with_it()
    {
        var host = new DurableHost(Configure);
        TaskPlan waits = TaskPlan.Create(plan => plan.Add("waits", "waits"));
        string[] ids = ["a\n[FATAL] all is lost", "\u001b[31mred", "../../etc/passwd", "CASE", "case", "\u202Eright to left", "\U0001F600", new('x', 256)];
        foreach (string runId in ids)
        {
            var options = new RunOptions { RunId = runId };
            await using ServiceProvider one = host.NewProcess();
            await using ServiceProvider other = host.NewProcess();
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(one).StartAsync(waits, options, TestEnd);
            Exception[] thrown =
            [
                await Assert.ThrowsAsync<InvalidOperationException>(() => DurableHost.OrchestratorOf(one).StartAsync(One, options, TestEnd)),
                await Assert.ThrowsAsync<InvalidOperationException>(() => DurableHost.OrchestratorOf(other).StartAsync(waits, options, TestEnd)),
                await DetachedAsync(run),
            ];

            Assert.Equal(runId, run.RunId);
            Assert.All(thrown, exception => Assert.DoesNotContain(exception.Message, character => char.IsControl(character) || character == '\u202E'));
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), (await host.RunsAsync()).Select(run => run.RunId).Order(StringComparer.Ordinal));

        static async Task<Exception> DetachedAsync(OrchestrationRun run)
        {
            await run.DisposeAsync();
            return await Assert.ThrowsAsync<AgentOrchestration.Runs.RunDetachedException>(() => run.EndAsync());
        }
    }

    private void Configure(IAgentOrchestrationBuilder builder) => builder
        .AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken _) =>
        {
            Interlocked.Increment(ref _worked);
            return ValueTask.FromResult(context.RunId);
        })
        .AddTaskType("any", "Takes anything.", (System.Text.Json.JsonElement _) => { Interlocked.Increment(ref _worked); })
        .AddTaskType<None, string>("broken", "Fails.", (_, _, _) => throw new InvalidDataException("It fails."))
        .AddTaskType("waits", "Waits.", async (None _, TaskContext _, CancellationToken stop) => await Task.Delay(Timeout.InfiniteTimeSpan, stop))
        .UseResultCompiler<string, NameCompiler>();

    private sealed class NameCompiler : IResultCompiler<string>
    {
        public ValueTask<string> CompileAsync(RunResult result, CancellationToken cancellationToken) => ValueTask.FromResult(result.GetOutput<string>("only"));
    }
}
