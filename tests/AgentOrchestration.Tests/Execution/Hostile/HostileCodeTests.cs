using AgentOrchestration.Execution;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Execution.Foreign;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Hostile;

/// <summary>Code of others at the borders of the engine: it can fail its own subtask, and nothing else.</summary>
public sealed class HostileCodeTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_exception_whose_message_throws_fails_its_subtask_only()
    {
        await using Engine engine = Engine.For<string>((_, _) => throw new UnspeakableException());

        Assert.Contains("could not be read", (await engine.RunOneAsync())["only"].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_callback_that_blocks_keeps_neither_the_run_nor_its_siblings_waiting()
    {
        using var released = new ManualResetEventSlim();
        var begun = new TaskCompletionSource();
        var told = new TaskCompletionSource();
        using var bothRun = new Barrier(2);
        await using Engine engine = Engine.For<string>(async (context, stop) =>
        {
            if (context.Subtask.Id == "blocks")
            {
                stop.Register(released.Wait);
                bothRun.SignalAndWait(TestEnd);
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
            }

            bothRun.SignalAndWait(TestEnd);
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            told.SetResult();
            return "never";
        });
        OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("blocks", "work");
            plan.Add("sibling", "work");
        });
        await begun.Task.InTimeAsync();

        await run.CancelAsync(TestEnd);
        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(1));

        Assert.NotEqual(RunOutcome.Failed, result.Outcome);
        await told.Task.InTimeAsync();
        released.Set();
    }

    [Fact]
    public async Task A_listener_of_releases_that_throws_stops_no_run()
    {
        await using Engine engine = WithLicence(async () =>
        {
            await Task.Yield();
            return "output";
        });
        engine.Services.GetRequiredService<IResourceManager>().Released += (_, _) => throw new InvalidOperationException("The listener broke.");

        RunResult result = await engine.RunAsync(plan =>
        {
            for (int i = 0; i < 20; i++)
            {
                plan.Add($"t{i}", "work");
            }
        });

        Assert.Equal(20, result.Succeeded.Count());
    }

    [Fact]
    public async Task What_needs_a_resource_that_an_abandoned_attempt_holds_fails_by_name_instead_of_waiting()
    {
        var entered = new TaskCompletionSource();
        var never = new TaskCompletionSource<string>();
        await using Engine engine = new(builder => builder
            .AddResource("licence", 1)
            .AddTaskType(
                "work",
                "Works.",
                (None _, TaskContext _, CancellationToken _) =>
                {
                    entered.TrySetResult();
                    return new ValueTask<string>(never.Task);
                },
                options =>
                {
                    options.Timeout = TimeSpan.FromSeconds(10);
                    options.Resources = ResourceRequirements.Of("licence", 1);
                }));
        OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("first", "work");
            plan.Add("second", "work");
        });
        await using IAsyncDisposable runDisposal = run.Disposal();

        await entered.Task.InTimeAsync();
        engine.Clock.Advance(TimeSpan.FromSeconds(10));
        await Engine.SeeAsync<AttemptTimedOut>(run);
        engine.Clock.Advance(TimeSpan.FromSeconds(30));
        RunResult result = await run.EndAsync();

        Assert.Equal(["TimeoutException", "ResourcesAbandoned"], result.Subtasks.Select(subtask => subtask.Error!.Kind));
    }

    [Fact]
    public async Task No_code_begins_after_CancelAsync_has_returned_unless_its_token_is_cancelled()
    {
        int begunAfter = 0;
        bool cancelled = false;
        using var open = new ManualResetEventSlim();
        await using Engine engine = Engine.For(
            (_, stop) =>
            {
                if (Volatile.Read(ref cancelled) && !stop.IsCancellationRequested)
                {
                    Interlocked.Increment(ref begunAfter);
                }

                open.Wait(TestEnd);
                return ValueTask.FromResult("output");
            },
            options: options => options.Runs.MaxParallelism = 100);
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            for (int i = 0; i < 100; i++)
            {
                plan.Add($"t{i}", "work");
            }
        });

        await run.CancelAsync(TestEnd);
        Volatile.Write(ref cancelled, true);
        open.Set();
        await run.EndAsync();

        Assert.Equal(0, begunAfter);
        Assert.DoesNotContain(run.GetSnapshot().Subtasks, subtask => subtask.Abandoned);
    }

    [Fact]
    public async Task Outputs_that_only_look_equal_are_not_shared()
    {
        await using Engine engine = new(builder => builder
            .AddTaskType("pair", "Makes a pair.", (int number, TaskContext _, CancellationToken _) => ValueTask.FromResult((number, number)))
            .AddTaskType(
                "sum",
                "Adds.",
                ((int Left, int Right) pair, TaskContext _, CancellationToken _) => ValueTask.FromResult(pair.Left + pair.Right),
                options => options.Effect = TaskEffect.Pure));

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef one = plan.Add("one", "pair", input: 1);
            SubtaskRef two = plan.Add("two", "pair", input: 2);
            plan.Add("sum-one", "sum", input: one.Output());
            plan.Add("sum-two", "sum", input: two.Output());
        });

        Assert.Equal((2, 4), (result.GetOutput<int>("sum-one"), result.GetOutput<int>("sum-two")));
    }

    [Fact]
    public async Task Pure_subtasks_without_input_run_once()
    {
        int calls = 0;
        await using Engine engine = Engine.For(
            (_, _) => ValueTask.FromResult(Interlocked.Increment(ref calls)), options => options.Effect = TaskEffect.Pure);

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("left", "work");
            plan.Add("right", "work");
        });

        Assert.Equal((1, 1, 1), (calls, result.GetOutput<int>("left"), result.GetOutput<int>("right")));
    }

    [Fact]
    public async Task A_handler_that_disposes_its_own_run_ends_it()
    {
        var started = new TaskCompletionSource<OrchestrationRun>();
        await using Engine engine = Engine.For<string>(async (_, stop) =>
        {
            await (await started.Task.WaitAsync(stop)).DisposeAsync();
            return "output";
        });
        OrchestrationRun run = await engine.StartAsync(plan => plan.Add("second", "work", after: [plan.Add("first", "work")]));

        started.SetResult(run);
        RunResult result = await run.EndAsync();

        // It continues after the disposal, which did not wait for it.
        Assert.Equal((RunOutcome.Cancelled, SubtaskState.Succeeded, SubtaskState.Cancelled), (result.Outcome, result["first"].State, result["second"].State));
    }

    [Fact]
    public async Task A_handler_that_disposes_its_services_harms_no_other_attempt()
    {
        await using Engine engine = Engine.For((context, _) =>
        {
            ((IDisposable)context.Services).Dispose();
            return ValueTask.FromResult(context.Attempt);
        });

        RunResult result = await engine.RunAsync(plan => plan.Add("second", "work", after: [plan.Add("first", "work")]));

        Assert.Equal(2, result.Succeeded.Count());
    }

    [Fact]
    public async Task A_handler_that_cannot_be_made_or_whose_services_cannot_be_disposed_fails_its_subtask()
    {
        await using Engine engine = new(
            builder => builder
                .AddTaskType<Unmakeable>()
                .AddTaskType("dirty", "Leaves a mess.", (None _, TaskContext context, CancellationToken _) =>
                {
                    _ = context.Services.GetRequiredService<Undisposable>();
                    return ValueTask.FromResult("output");
                }),
            services: services => services.AddScoped<Undisposable>());

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("unmakeable", "unmakeable");
            plan.Add("dirty", "dirty");
        });

        Assert.Equal(["It cannot be made.", "It cannot be disposed."], result.Failed.Select(subtask => subtask.Error!.Message));
    }

    [Fact]
    public async Task What_a_handler_does_after_it_has_returned_is_not_listened_to()
    {
        TaskContext? kept = null;
        var second = new Checkpoint();
        await using Engine engine = Engine.For(async (context, stop) =>
        {
            if (context.Subtask.Id == "second")
            {
                await second.PassAsync(stop);
            }

            kept ??= context;
            return "output";
        });
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("second", "work", after: [plan.Add("first", "work")]));
        await second.Reached;

        kept!.ReportProgress(0.5, "late");
        kept.StreamText("late");
        kept.ReportUsage(new TaskUsage(1, 1, 1));
        Assert.Contains("has ended", Assert.Throws<InvalidOperationException>(() => kept.AddSubtasks(plan => plan.Add("late", "work"))).Message, StringComparison.Ordinal);
        second.Open();
        RunResult result = await run.EndAsync();

        Assert.Equal((2, TaskUsage.None), (result.Subtasks.Count, result.Run.Usage));
        Assert.DoesNotContain(await Engine.EventsAsync(run), next => next is SubtaskTick);
    }

    [Fact]
    public async Task Usage_beyond_all_numbers_ends_the_budget_and_overflows_nothing()
    {
        await using Engine engine = Engine.For(
            (context, _) =>
            {
                context.ReportUsage(new TaskUsage(long.MaxValue, 1, decimal.MaxValue));
                return ValueTask.FromResult("output");
            },
            options: options => options.Runs.Budget = new RunBudget { MaxTokens = 100 });

        RunResult result = await engine.RunAsync(plan => plan.Add("last", "work", after: [plan.Add("second", "work", after: [plan.Add("first", "work")])]));

        Assert.Equal((RunOutcome.BudgetExhausted, long.MaxValue), (result.Outcome, result.Run.Usage.Tokens));
        Assert.Equal((SubtaskState.Succeeded, SubtaskState.Skipped), (result["first"].State, result["second"].State));
        Assert.Equal(new TaskUsage(long.MaxValue, 2, decimal.MaxValue), new TaskUsage(long.MaxValue, 1, decimal.MaxValue).Add(new TaskUsage(1, 1, 1)));
    }

    [Fact]
    public async Task Usage_that_is_negative_is_refused_in_the_handler()
    {
        await using Engine engine = Engine.For((context, _) =>
        {
            context.ReportUsage(new TaskUsage(0, -1, 0));
            return ValueTask.FromResult("output");
        });

        Assert.Equal("ArgumentOutOfRangeException", (await engine.RunOneAsync())["only"].Error!.Kind);
    }

    [Fact]
    public async Task A_sink_that_throws_hears_the_next_event_all_the_same_and_harms_no_run()
    {
        var sink = new BrokenSink();
        await using Engine engine = new(
            builder => builder.AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("output")),
            services: services => services.AddSingleton<IRunEventSink>(sink));

        await using (OrchestrationRun run = await engine.StartOneAsync())
        {
            Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        }

        Assert.Equal(["RunStarted", "AttemptStarted", "SubtaskSucceeded", "RunEnded"], sink.Heard);
    }

    [Fact]
    public async Task When_something_breaks_in_the_middle_of_a_decision_the_run_is_given_up_and_no_code_begins_any_more()
    {
        int begun = 0;
        var gate = new Checkpoint();
        await using Engine engine = Engine.For(
            async (_, stop) =>
            {
                Interlocked.Increment(ref begun);
                await gate.PassAsync(stop);
                return "output";
            },
            options: options => options.Runs.MaxParallelism = 1);
        await using OrchestrationRun run = await engine.StartAsync(plan => Array.ForEach(["first", "second"], id => plan.Add(id, "work")));
        await gate.Reached;

        ForeignParts.LocalRunOf(run).Report(0, static (_, _, _, _) => throw new InvalidOperationException("It broke."));
        gate.Open();
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Failed, 1), (result.Outcome, begun));
        Assert.All(result.Subtasks, subtask => Assert.Contains("It broke.", subtask.Error!.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_or_a_rule_of_the_application_that_throws_starts_nothing()
    {
        await using Engine key = Engine.For(
            (_, _) => ValueTask.FromResult("output"),
            options =>
            {
                options.MaxConcurrency = 1;
                options.ConcurrencyKey = _ => throw new InvalidDataException("There is no key.");
            });
        await using Engine rule = Engine.For(
            (_, _) => ValueTask.FromResult("output"), options: options => options.RequiresApproval = (_, _) => throw new InvalidDataException("There is no rule."));

        InvalidPlanException byKey = await Assert.ThrowsAsync<InvalidPlanException>(key.StartOneAsync);
        InvalidPlanException byRule = await Assert.ThrowsAsync<InvalidPlanException>(rule.StartOneAsync);

        Assert.Equal(PlanDiagnosticCode.RuleFailed, Assert.Single(byKey.Diagnostics).Code);
        Assert.Contains("ConcurrencyKey", byKey.Message, StringComparison.Ordinal);
        Assert.Contains("There is no key.", byKey.Message, StringComparison.Ordinal);
        Assert.Equal(PlanDiagnosticCode.RuleFailed, Assert.Single(byRule.Diagnostics).Code);
        Assert.Contains("RequiresApproval", byRule.Message, StringComparison.Ordinal);
    }

    private static Engine WithLicence(Func<Task<string>> work) => new(builder => builder
        .AddResource("licence", 1)
        .AddTaskType(
            "work",
            "Works.",
            async (None _, TaskContext _, CancellationToken _) => await work(),
            options => options.Resources = ResourceRequirements.Of("licence", 1)));

    [Fact]
    public async Task A_cache_whose_token_callback_throws_keeps_no_run_from_its_end()
    {
        await using Engine engine = new(
            builder => builder.AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1), type => type.Effect = TaskEffect.Pure),
            services: services => services.AddSingleton<IResultCache>(new BrokenCache()));

        Assert.Equal(RunOutcome.Succeeded, (await engine.RunOneAsync()).Outcome);
    }

    private sealed class BrokenCache : IResultCache
    {
        public string? PartitionOf(RunOptions run) => null;

        public ValueTask<CachePlace> PlaceAsync(TaskDescriptor taskType, string identity, string? partition, CancellationToken cancellationToken) => ValueTask.FromResult(new CachePlace(identity, ""));

        public ValueTask<CachedOutput?> FindAsync(TaskDescriptor taskType, CachePlace place, CancellationToken cancellationToken)
        {
            cancellationToken.Register(() => throw new InvalidOperationException("The cache broke."));
            return default;
        }

        public byte[] Write(TaskDescriptor taskType, object? output, CachePlace place, AvoidedWork work) => [];

        public CachedOutput? Read(TaskDescriptor taskType, CachePlace place, byte[] entry) => null;

        public void Keep(TaskDescriptor taskType, CachePlace place, byte[] entry)
        {
        }

        public ValueTask StoreAsync(TaskDescriptor taskType, CachePlace place, byte[] entry, CancellationToken cancellationToken) => default;
    }

    private sealed class UnspeakableException : Exception
    {
        public override string Message => throw new InvalidOperationException("There is no message.");
    }

    [TaskType("unmakeable", Description = "Cannot be made.")]
    private sealed class Unmakeable : ITaskHandler<None, string>
    {
        public Unmakeable() => throw new InvalidDataException("It cannot be made.");

        public ValueTask<string> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult("output");
    }

    private sealed class Undisposable : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => throw new InvalidDataException("It cannot be disposed.");
    }

    /// <summary>Grants what is asked for, and cannot say what there is.</summary>
    private sealed class BrokenSink : IRunEventSink
    {
        public List<string> Heard { get; } = [];

        public bool IsEnabled => true;

        public void OnEvent(string runId, RunEvent runEvent)
        {
            Heard.Add(runEvent.GetType().Name);
            throw new InvalidOperationException("The sink broke.");
        }
    }
}
