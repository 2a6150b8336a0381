using AgentOrchestration.Execution;
using AgentOrchestration.Results;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tests.Planning;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

/// <summary>What a start is given holds for its run alone; an id of the caller's own starts it once.</summary>
public sealed class StartOptionsTests
{
    private const string Planned = """{"subtasks":[{"id":"only","type":"work"}]}""";

    private int _worked;

    private static TaskPlan One => TaskPlan.Create(plan => plan.Add("only", "work"));

    private static TaskPlan Two => TaskPlan.Create(plan => Array.ForEach(["only", "another"], id => plan.Add(id, "work")));

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_start_sets_wins_over_the_defaults_of_the_application_and_the_rest_is_theirs()
    {
        await using Engine engine = Create(options =>
        {
            options.Runs.MaxParallelism = 7;
            options.Runs.Timeout = TimeSpan.FromHours(1);
            options.Runs.Tags["environment"] = "test";
            options.Runs.Tags["tenant"] = "none";
        });
        var given = new RunOptions { Timeout = null, Name = "nightly", Tags = { ["tenant"] = "acme" } };

        await using OrchestrationRun run = await engine.Orchestrator.StartAsync(One, given, TestEnd);
        given.Name = "changed";
        run.Options.Name = "changed too";

        RunOptions options = run.Options;
        Assert.Equal((7, null, "nightly"), (options.MaxParallelism, options.Timeout, options.Name));
        Assert.Equal([("environment", "test"), ("tenant", "acme")], options.Tags.OrderBy(tag => tag.Key).Select(tag => (tag.Key, tag.Value)));
        await run.EndAsync();
    }

    [Fact]
    public async Task What_holds_for_one_run_does_not_hold_for_another()
    {
        await using Engine engine = Engine.For<string>((_, _) => throw new InvalidDataException("It fails."));

        await using OrchestrationRun stopping = await engine.Orchestrator.StartAsync(Two, new RunOptions { MaxParallelism = 1, FailurePolicy = FailurePolicy.Stop }, TestEnd);
        await using OrchestrationRun continuing = await engine.Orchestrator.StartAsync(Two, TestEnd);

        Assert.Equal(SubtaskState.Skipped, (await stopping.EndAsync())["another"].State);
        Assert.Equal(SubtaskState.Failed, (await continuing.EndAsync())["another"].State);
    }

    [Fact]
    public async Task Values_out_of_range_are_named_all_at_once_and_nothing_starts()
    {
        await using Engine engine = Create();
        var options = new RunOptions
        {
            RunId = new string('x', 257),
            Name = "line\nbreak",
            Priority = 1_001,
            MaxParallelism = 0,
            Timeout = TimeSpan.Zero,
            Budget = new RunBudget { MaxTokens = 0 },
            Tags = { [""] = "empty key" },
        };

        ArgumentException thrown = await Assert.ThrowsAsync<ArgumentException>(() => engine.Orchestrator.StartAsync(One, options, TestEnd));

        Assert.All(
            ["RunId", "Name", "Priority", "MaxParallelism", "Timeout", "Budget", "Tags"],
            property => Assert.Contains($"RunOptions.{property}:", thrown.Message, StringComparison.Ordinal));
        Assert.Equal(0, _worked);
    }

    [Fact]
    public async Task A_run_in_memory_that_is_started_twice_under_one_id_runs_once()
    {
        var gate = new Checkpoint();
        await using Engine engine = Create(gate: gate);
        var options = new RunOptions { RunId = "order-1" };

        OrchestrationRun[] runs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => engine.Orchestrator.StartAsync(One, options, TestEnd)));
        gate.Open();

        foreach (OrchestrationRun run in runs)
        {
            Assert.Equal("order-1", run.RunId);
            Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
            await run.DisposeAsync();
        }

        Assert.Equal(1, _worked);
    }

    [Fact]
    public async Task A_durable_run_that_is_started_again_under_its_id_is_resumed_or_read()
    {
        var host = new DurableHost(Configure);
        var options = new RunOptions { RunId = "order-1", Name = "nightly", Priority = 3, Tags = { ["tenant"] = "acme" } };
        for (int i = 0; i < 3; i++)
        {
            await using ServiceProvider process = host.NewProcess();
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(One, options, TestEnd);
            Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
            Assert.Equal(("nightly", 3, "acme"), (run.Options.Name, run.Options.Priority, run.Options.Tags["tenant"]));
        }

        Assert.Equal(1, _worked);
        Assert.Equal("order-1", await host.OnlyRunIdAsync());
    }

    [Fact]
    public async Task A_store_lists_a_run_by_what_its_start_was_given_and_knows_how_far_it_has_come()
    {
        var host = new DurableHost(builder =>
        {
            Configure(builder);
            builder.AddTaskType("grow", "Adds two subtasks.", (None _, TaskContext context, CancellationToken _) =>
            {
                context.AddSubtasks(more => Array.ForEach(["a", "b"], id => more.Add(id, "work")));
                return ValueTask.FromResult("grown");
            });
        });
        await using ServiceProvider process = host.NewProcess();
        var options = new RunOptions { Name = "nightly", Tags = { ["tenant"] = "acme" } };
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            plan.Goal = "To\u001b grow";
            plan.Add("grow", "grow");
            plan.Add("only", "work");
        });
        await using (OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(plan, options, TestEnd))
        {
            await run.EndAsync();
        }

        StoredRun stored = Assert.Single(await host.RunsAsync());
        Assert.Equal(("nightly", new RunProgress(4, 4)), (stored.Name, stored.Progress));
        Assert.Equal("acme", stored.Tags["tenant"]);
        Assert.StartsWith("To", stored.Goal, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', stored.Goal);
        string[] journal = await host.JournalAsync(stored.RunId);
        for (int events = 0; events < stored.Sequence; events++)
        {
            if (journal[events].Contains("subtasks-added", StringComparison.Ordinal))
            {
                // Appended with the success before it, or not at all.
                continue;
            }

            await using ServiceProvider later = host.NewProcess(await host.CutAsync(stored.RunId, events));
            await using OrchestrationRun resumed = await DurableHost.OrchestratorOf(later).ResumeAsync(stored.RunId, TestEnd);
            await resumed.EndAsync();
            Assert.Equal(stored.Progress, (await later.GetRequiredService<IRunStore>().FindAsync(stored.RunId, TestEnd))!.Progress);
        }
    }

    [Fact]
    public async Task An_id_that_another_plan_has_is_refused()
    {
        var host = new DurableHost(Configure);
        await using ServiceProvider process = host.NewProcess();
        ITaskOrchestrator orchestrator = DurableHost.OrchestratorOf(process);
        var options = new RunOptions { RunId = "order-1" };
        await using OrchestrationRun run = await orchestrator.StartAsync(One, options, TestEnd);

        InvalidOperationException live = await Assert.ThrowsAsync<InvalidOperationException>(() => orchestrator.StartAsync(Two, options, TestEnd));
        await run.EndAsync();
        await run.DisposeAsync();
        InvalidOperationException stored = await Assert.ThrowsAsync<InvalidOperationException>(() => orchestrator.StartAsync(Two, options, TestEnd));

        Assert.All([live, stored], thrown => Assert.Contains("'order-1' already, of another plan", thrown.Message, StringComparison.Ordinal));
        Assert.Equal(1, _worked);
    }

    [Fact]
    public async Task A_request_whose_run_is_there_is_not_planned_again()
    {
        var model = new ScriptedModel(Planned);
        await using Engine engine = Create(gate: new Checkpoint(), model: model);
        var options = new RunOptions { RunId = "order-1" };
        await using OrchestrationRun first = await engine.Orchestrator.StartAsync(new OrchestrationRequest("Work."), options, TestEnd);

        await using OrchestrationRun second = await engine.Orchestrator.StartAsync(new OrchestrationRequest("Work."), options, TestEnd);
        await Assert.ThrowsAsync<InvalidOperationException>(() => engine.Orchestrator.StartAsync(new OrchestrationRequest("Play."), options, TestEnd));

        Assert.Equal(first.RunId, second.RunId);
        Assert.Single(model.Asked);
    }

    [Fact]
    public async Task A_plan_runs_to_its_answer()
    {
        await using Engine engine = Create();

        Assert.Equal("output", await engine.Orchestrator.RunAsync<string>(One, TestEnd));
        Assert.Equal("output", await engine.Orchestrator.RunAsync<string>(One, new RunOptions { MaxParallelism = 1 }, TestEnd));
    }

    [Fact]
    public async Task An_executor_that_knows_no_ids_and_no_priorities_is_given_none()
    {
        await using Engine engine = new(builder =>
        {
            Configure(builder);
            builder.UseExecutor((_, inner) => new Plain(inner));
        });

        InvalidPlanException id = await Assert.ThrowsAsync<InvalidPlanException>(() => engine.Orchestrator.StartAsync(One, new RunOptions { RunId = "order-1" }, TestEnd));
        InvalidPlanException priority = await Assert.ThrowsAsync<InvalidPlanException>(() => engine.Orchestrator.StartAsync(One, new RunOptions { Priority = 1 }, TestEnd));

        Assert.Contains("ExecutorFeatures.RunIds", id.Message, StringComparison.Ordinal);
        Assert.Contains("ExecutorFeatures.Priorities", priority.Message, StringComparison.Ordinal);
    }

    private Engine Create(Action<AgentOrchestrationOptions>? options = null, Checkpoint? gate = null, IChatClient? model = null) => new(
        builder => Configure(builder, gate),
        options,
        services =>
        {
            if (model is not null)
            {
                services.AddSingleton(model);
            }
        });

    private void Configure(IAgentOrchestrationBuilder builder) => Configure(builder, gate: null);

    private void Configure(IAgentOrchestrationBuilder builder, Checkpoint? gate) => builder
        .AddTaskType("work", "Works.", async (None _, TaskContext _, CancellationToken stop) =>
        {
            Interlocked.Increment(ref _worked);
            await (gate?.PassAsync(stop) ?? Task.CompletedTask);
            return "output";
        })
        .UseResultCompiler<string, OutputCompiler>();

    private sealed class OutputCompiler : IResultCompiler<string>
    {
        public ValueTask<string> CompileAsync(RunResult result, CancellationToken cancellationToken) => ValueTask.FromResult(result.GetOutput<string>("only")!);
    }

    private sealed class Plain(IExecutor inner) : DelegatingExecutor(inner)
    {
        public override ExecutorFeatures Features => ExecutorFeatures.All & ~(ExecutorFeatures.RunIds | ExecutorFeatures.Priorities);
    }
}
