using AgentOrchestration.Resources;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace AgentOrchestration.Tests.Execution.Sharing;

/// <summary>Objects of resources are made while the subtasks that need them wait for work that runs.</summary>
public sealed class ObjectsAheadTests
{
    private readonly Checkpoint _first = new();
    private readonly Checkpoint _making = new();
    private readonly TaskCompletionSource _renting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closing = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _made;
    private int _closed;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    private static ResourceRequirements One => ResourceRequirements.Of("browser", 1);

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task An_object_is_made_while_what_comes_before_its_subtask_runs_only_if_that_is_asked_for(bool isMadeAhead, int expected)
    {
        await using Engine engine = Of(maximum: 3, isMadeAhead);
        _making.Open();
        OrchestrationRun run = await engine.StartAsync(Chain);
        await using IAsyncDisposable runDisposal = run.Disposal();
        await _first.Reached;

        Assert.Equal(expected, CountOf(engine));
        _first.Open();

        Assert.Equal(2, (await run.EndAsync()).Succeeded.Count());
        Assert.Equal(1, _made);
    }

    [Theory]
    [InlineData(2, 4, 2)]
    [InlineData(8, 4, 4)]
    [InlineData(30, 40, 20)]
    public async Task No_more_are_made_than_there_are_units_and_than_can_run_at_a_time(int maximum, int parallelism, int expected)
    {
        await using Engine engine = Of(maximum);
        _making.Open();
        var plan = TaskPlan.Create(plan =>
        {
            SubtaskRef first = plan.Add("first", "first");
            for (int i = 0; i < 20; i++)
            {
                plan.Add($"t{i}", "rent", after: [first], options: new() { Resources = One });
            }
        });
        OrchestrationRun run = await engine.Orchestrator.StartAsync(plan, new RunOptions { MaxParallelism = parallelism }, TestEnd);
        await using IAsyncDisposable runDisposal = run.Disposal();
        await _first.Reached;

        Assert.Equal(expected, CountOf(engine));
        _first.Open();

        Assert.Equal(21, (await run.EndAsync()).Succeeded.Count());
        Assert.InRange(_made, 1, maximum);
    }

    [Fact]
    public async Task Nothing_is_made_for_a_subtask_that_waits_for_one_that_does_not_run_yet()
    {
        await using Engine engine = Of(maximum: 3);
        _making.Open();
        OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef first = plan.Add("first", "first");
            SubtaskRef between = plan.Add("between", "free", after: [first]);
            plan.Add("last", "rent", after: [first, between], options: new() { Resources = One });
        });
        await using IAsyncDisposable runDisposal = run.Disposal();
        await _first.Reached;

        Assert.Equal(0, CountOf(engine));
        _first.Open();
        await run.EndAsync();
        Assert.Equal(1, _made);
    }

    [Fact]
    public async Task Items_of_a_list_get_objects_that_were_made_while_others_ran()
    {
        await using Engine engine = Of(maximum: 4);
        _making.Open();
        OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef first = plan.Add("first", "first");
            SubtaskRef list = plan.Add("list", "list", after: [first]);
            plan.ForEach("each", list.Output(), "rentForItem", options: new() { Resources = One });
        });
        await using IAsyncDisposable runDisposal = run.Disposal();
        await _first.Reached;
        _first.Open();

        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        Assert.InRange(_made, 1, 4);
        AssertNothingIsExpected(engine);
    }

    [Fact]
    public async Task An_attempt_waits_for_the_object_in_the_making_instead_of_making_another()
    {
        await using Engine engine = Of(maximum: 3);
        OrchestrationRun run = await engine.StartAsync(Chain);
        await using IAsyncDisposable runDisposal = run.Disposal();
        await _making.Reached;
        _first.Open();
        await _renting.Task.InTimeAsync(run, "the attempt that rents");
        _making.Open();

        Assert.Equal(2, (await run.EndAsync()).Succeeded.Count());
        Assert.Equal(1, _made);
    }

    [Fact]
    public async Task An_attempt_makes_its_own_when_making_one_ahead_fails()
    {
        var logs = new FakeLogCollector();
        int calls = 0;
        await using var engine = new Engine(
            builder => Configure(builder, 1, isMadeAhead: true, () => Interlocked.Increment(ref calls) == 1 ? throw new InvalidDataException("No browser.") : new Browser(this)),
            services: services => services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(logs))));
        _making.Open();
        OrchestrationRun run = await engine.StartAsync(Chain);
        await using IAsyncDisposable runDisposal = run.Disposal();
        await _first.Reached;
        _first.Open();

        Assert.Equal(2, (await run.EndAsync()).Succeeded.Count());
        FakeLogRecord record = Assert.Single(logs.GetSnapshot(), record => record.Id.Id == 102);
        Assert.Contains("browser", record.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidDataException>(record.Exception);
    }

    [Fact]
    public async Task An_object_is_kept_for_the_next_when_the_attempt_that_waits_for_it_is_cancelled()
    {
        await using Engine engine = Of(maximum: 1);
        OrchestrationRun run = await engine.StartAsync(Chain);
        await using IAsyncDisposable runDisposal = run.Disposal();
        await _making.Reached;
        _first.Open();
        await _renting.Task.InTimeAsync(run, "the attempt that rents");
        await run.CancelAsync("second", TestEnd);
        await run.EndAsync();
        _making.Open();

        Assert.Equal(RunOutcome.Succeeded, (await engine.RunAsync(plan => plan.Add("only", "rent", options: new() { Resources = One }))).Outcome);
        Assert.Equal(1, _made);
    }

    [Fact]
    public async Task What_is_not_asked_for_is_expected_no_longer_and_is_closed_after_its_idle_time()
    {
        await using Engine engine = Of(maximum: 5);
        _making.Open();
        OrchestrationRun run = await engine.StartAsync(Chain);
        await using IAsyncDisposable runDisposal = run.Disposal();
        await _first.Reached;
        await run.CancelAsync("first", TestEnd);
        await run.EndAsync();

        AssertNothingIsExpected(engine);
        Assert.Equal(RunOutcome.Succeeded, (await engine.RunAsync(plan => plan.Add("only", "rent", options: new() { Resources = One }))).Outcome);
        Assert.Equal(1, _made);
        engine.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, Volatile.Read(ref _closed));
    }

    [Fact]
    public async Task An_object_that_comes_after_the_end_of_the_application_is_closed()
    {
        Engine engine = Of(maximum: 1);
        OrchestrationRun run = await engine.StartAsync(Chain);
        await _making.Reached;
        _first.Open();
        await run.CancelAsync(TestEnd);
        await run.EndAsync();
        await run.DisposeAsync();
        await engine.DisposeAsync();

        _making.Open();

        await _closing.Task.InTimeAsync(what: "the end of the object");
        Assert.Equal((1, 1), (_made, _closed));
    }

    private static void Chain(TaskPlanBuilder plan) =>
        plan.Add("second", "rent", after: [plan.Add("first", "first")], options: new() { Resources = One });

    private static int CountOf(Engine engine) => engine.Services.GetRequiredService<ResourceObjects>().Of("browser").Count;

    /// <summary>All that was announced has begun or ended: one more that is expected is one that there is already.</summary>
    private static void AssertNothingIsExpected(Engine engine)
    {
        ResourceObjectPool pool = engine.Services.GetRequiredService<ResourceObjects>().Of("browser");
        int before = pool.Count;
        pool.Expect(before, static _ => Assert.Fail("Another is made."));
        Assert.Equal(before, pool.Count);
        pool.Expect(-before, static _ => { });
    }

    private Engine Of(int maximum, bool isMadeAhead = true) => new(builder => Configure(builder, maximum, isMadeAhead, () => new Browser(this)));

    private void Configure(IAgentOrchestrationBuilder builder, int maximum, bool isMadeAhead, Func<Browser> make) => builder
        .AddResourceObjects(
            "browser",
            maximum,
            async (_, _) =>
            {
                await _making.PassAsync(CancellationToken.None);
                return make();
            },
            options => options.MakeAhead = isMadeAhead)
        .AddTaskType("first", "Comes first.", async (None _, CancellationToken stop) =>
        {
            await _first.PassAsync(stop);
            return 0;
        })
        .AddTaskType("free", "Needs nothing.", (None _) => 0)
        .AddTaskType("list", "Lists.", (None _) => Enumerable.Range(0, 12).ToArray())
        .AddTaskType("rent", "Rents.", async (None _, TaskContext context, CancellationToken stop) => await RentAsync(context, stop))
        .AddTaskType("rentForItem", "Rents.", async (int _, TaskContext context, CancellationToken stop) => await RentAsync(context, stop));

    private async Task<int> RentAsync(TaskContext context, CancellationToken stop)
    {
        // It has asked before anybody is told.
        ValueTask<Browser> renting = context.RentAsync<Browser>("browser", stop);
        _renting.TrySetResult();
        await renting;
        return 0;
    }

    private sealed class Browser : IDisposable
    {
        private readonly ObjectsAheadTests _test;

        public Browser(ObjectsAheadTests test)
        {
            _test = test;
            Interlocked.Increment(ref test._made);
        }

        public void Dispose()
        {
            Interlocked.Increment(ref _test._closed);
            _test._closing.TrySetResult();
        }
    }
}
