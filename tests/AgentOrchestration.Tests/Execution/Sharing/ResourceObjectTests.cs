using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Resources;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace AgentOrchestration.Tests.Execution.Sharing;

public sealed class ResourceObjectTests
{
    private readonly List<Browser> _made = [];
    private readonly Lock _gate = new();

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    private static ResourceRequirements One => ResourceRequirements.Of("browser", 1);

    [Fact]
    public async Task Objects_are_made_when_needed_reset_lent_again_and_never_more_than_the_maximum()
    {
        await using Engine engine = Of(3, async (context, stop) =>
        {
            Browser browser = await context.RentAsync<Browser>("browser", stop);
            browser.Use();
            await Task.Yield();
            return browser.Number;
        });

        RunResult[] results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => engine.RunAsync(plan => Wide(plan, 50)))));

        Assert.All(results, result => Assert.Equal(50, result.Succeeded.Count()));
        Assert.InRange(_made.Count, 1, 3);
        Assert.Equal(200, _made.Sum(browser => browser.Resets));
        Assert.All(_made, browser => Assert.False(browser.IsClosed));
    }

    [Fact]
    public async Task Objects_are_closed_after_their_idle_time_and_not_before()
    {
        await using Engine engine = Of(2, Rent);
        await engine.RunAsync(plan => plan.Add("first", "work", options: new() { Resources = One }));

        engine.Clock.Advance(TimeSpan.FromSeconds(50));
        Assert.False(_made[0].IsClosed);
        await engine.RunAsync(plan => plan.Add("second", "work", options: new() { Resources = One }));
        engine.Clock.Advance(TimeSpan.FromSeconds(50));
        Assert.False(_made[0].IsClosed);
        engine.Clock.Advance(TimeSpan.FromSeconds(11));

        Assert.True(Assert.Single(_made).IsClosed);
        await engine.RunAsync(plan => plan.Add("third", "work", options: new() { Resources = One }));
        Assert.Equal(2, _made.Count);
    }

    [Fact]
    public async Task A_pool_that_shrinks_closes_idle_objects_at_once_and_lent_ones_when_they_come_back()
    {
        var running = new Checkpoint();
        await using Engine engine = Of(2, async (context, stop) =>
        {
            await context.RentAsync<Browser>("browser", stop);
            await context.RentAsync<Browser>("browser", stop);
            await running.PassAsync(stop);
            return 0;
        });
        OrchestrationRun run = await engine.StartAsync(plan => plan.Add("both", "work", options: new() { Resources = ResourceRequirements.Of("browser", 2) }));
        await using IAsyncDisposable runDisposal = run.Disposal();
        await running.Reached;
        IAdjustableResources resources = engine.Services.GetRequiredService<IAdjustableResources>();

        resources.SetCapacity("browser", 1);
        Assert.All(_made, browser => Assert.False(browser.IsClosed));
        running.Open();
        await run.EndAsync();

        Assert.Equal([true, false], _made.Select(browser => browser.IsClosed).OrderDescending());
        resources.SetCapacity("browser", 0);
        Assert.All(_made, browser => Assert.True(browser.IsClosed));
    }

    [Fact]
    public async Task What_throws_when_an_object_is_made_fails_the_subtask_and_nothing_is_held()
    {
        int calls = 0;
        await using Engine engine = new(builder => builder
            .AddResourceObjects<Browser>("browser", 1, (_, _) => Interlocked.Increment(ref calls) == 1 ? throw new InvalidDataException("No browser.") : new ValueTask<Browser>(new Browser(1)))
            .AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken stop) => Rent(context, stop), options => options.Resources = One));

        RunResult first = await engine.RunOneAsync();
        Assert.Equal(("InvalidDataException", "No browser."), (first.Subtasks[0].Error!.Kind, first.Subtasks[0].Error!.Message));
        Assert.Equal(0, engine.Services.GetRequiredService<IResourceManager>().Snapshot().Single(pool => pool.Name == "browser").InUse);
        Assert.Equal(0, engine.Services.GetRequiredService<ResourceObjects>().Of("browser").Count);

        Assert.Equal(RunOutcome.Succeeded, (await engine.RunOneAsync()).Outcome);
    }

    [Fact]
    public async Task An_object_that_cannot_be_reset_is_closed_and_the_subtask_succeeds()
    {
        await using Engine engine = Of(1, Rent, browser => throw new InvalidOperationException("Stuck."));

        Assert.Equal(RunOutcome.Succeeded, (await engine.RunAsync(plan => plan.Add("only", "work", options: new() { Resources = One }))).Outcome);

        Assert.True(Assert.Single(_made).IsClosed);
    }

    [Fact]
    public async Task The_next_attempt_waits_until_the_object_has_been_reset()
    {
        var resetting = new Checkpoint();
        await using Engine engine = Of(1, Rent, async browser => await resetting.PassAsync(TestEnd));
        OrchestrationRun run = await engine.StartAsync(plan =>
        {
            plan.Add("first", "work", options: new() { Resources = One });
            plan.Add("second", "work", options: new() { Resources = One });
        });
        await using IAsyncDisposable runDisposal = run.Disposal();
        await resetting.Reached;

        Assert.Equal([SubtaskState.Running, SubtaskState.Ready], run.GetSnapshot().Subtasks.Select(subtask => subtask.State));
        resetting.Open();

        Assert.Equal(2, (await run.EndAsync()).Succeeded.Count());
        Assert.Single(_made);
    }

    [Theory]
    [InlineData("browser", "holds 0 of 'browser'")]
    [InlineData("gpu", "'gpu' has no objects: declare it with AddResourceObjects")]
    public async Task An_object_that_the_subtask_has_no_right_to_is_refused_by_name(string resource, string expected)
    {
        await using Engine engine = Of(1, async (context, stop) =>
        {
            await context.RentAsync<Browser>(resource, stop);
            return 0;
        });

        RunResult result = await engine.RunAsync(plan => plan.Add("only", "work"));

        Assert.Contains(expected, result.Subtasks[0].Error!.Message, StringComparison.Ordinal);
        Assert.Empty(_made);
    }

    [Fact]
    public async Task An_object_of_another_type_is_refused_and_goes_back()
    {
        await using Engine engine = Of(1, async (context, stop) => (await context.RentAsync<string>("browser", stop)).Length);

        RunResult result = await engine.RunAsync(plan => plan.Add("only", "work", options: new() { Resources = One }));

        Assert.Contains("are of the type Browser, not String", result.Subtasks[0].Error!.Message, StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(_made).Resets);
    }

    [Fact]
    public async Task An_attempt_that_is_over_gets_no_object_any_more()
    {
        TaskContext? kept = null;
        await using Engine engine = Of(1, async (context, stop) =>
        {
            kept = context;
            return await Rent(context, stop);
        });
        await engine.RunAsync(plan => plan.Add("only", "work", options: new() { Resources = One }));

        await Assert.ThrowsAnyAsync<Exception>(async () => await kept!.RentAsync<Browser>("browser", TestEnd));
        Assert.Single(_made);
    }

    [Fact]
    public async Task The_end_of_the_application_closes_all()
    {
        Engine engine = Of(1, Rent);
        await engine.RunAsync(plan => plan.Add("only", "work", options: new() { Resources = One }));

        await engine.DisposeAsync();

        Assert.True(Assert.Single(_made).IsClosed);
    }

    private static async ValueTask<int> Rent(TaskContext context, CancellationToken stop) => (await context.RentAsync<Browser>("browser", stop)).Number;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_rented_object_throws_is_logged_by_its_type_where_there_are_secrets(bool hasSecrets)
    {
        const string Secret = "canary-4711";
        var logs = new FakeLogCollector();
        await using (var engine = new Engine(
            builder => builder
                .AddResourceObjects("session", 1, (_, _) => new ValueTask<Session>(new Session()), options => options.Reset = session => session.ResetAsync())
                .AddTaskType("logIn", "Logs in.", async (Login login, TaskContext context, CancellationToken stop) =>
                {
                    (await context.RentAsync<Session>("session", stop)).Key = login.Key;
                    return 0;
                }),
            services: services =>
            {
                services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(logs)));
                if (hasSecrets)
                {
                    services.AddSingleton<ISecretProvider>(new Vault(Secret));
                }
            }))
        {
            RunResult result = await engine.RunAsync(plan => plan.Add(
                "logIn", "logIn", new JsonObject { ["key"] = hasSecrets ? new SecretRef("key").ToJsonNode() : "plain" }, options: new() { Resources = ResourceRequirements.Of("session", 1) }));

            Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        }

        FakeLogRecord[] records = [.. logs.GetSnapshot().Where(record => record.Id.Id is 100 or 101)];
        Assert.Equal([100, 101], records.Select(record => record.Id.Id));
        Assert.All(records, record => Assert.Contains(nameof(InvalidTimeZoneException), record.Message, StringComparison.Ordinal));
        Assert.All(records, record => Assert.DoesNotContain(Secret, record.Message + record.Exception, StringComparison.Ordinal));
        Assert.All(records, record => Assert.Equal(hasSecrets, record.Exception is null));
    }

    private static void Wide(TaskPlanBuilder plan, int count)
    {
        for (int i = 0; i < count; i++)
        {
            plan.Add($"t{i}", "work", options: new() { Resources = One });
        }
    }

    private Engine Of(int maximum, Func<TaskContext, CancellationToken, ValueTask<int>> work, Func<Browser, ValueTask>? reset = null) => new(builder => builder
        .AddResourceObjects("browser", maximum, (_, _) => new ValueTask<Browser>(Make()), options => options.Reset = reset ?? (browser => browser.ResetAsync()))
        .AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken stop) => work(context, stop)));

    private Browser Make()
    {
        lock (_gate)
        {
            _made.Add(new Browser(_made.Count));
            return _made[^1];
        }
    }

    private sealed class Browser(int number) : IAsyncDisposable
    {
        private int _users;

        public int Number { get; } = number;

        public int Resets { get; private set; }

        public bool IsClosed { get; private set; }

        public void Use()
        {
            Assert.False(IsClosed);
            Assert.Equal(1, Interlocked.Increment(ref _users));
        }

        public async ValueTask ResetAsync()
        {
            await Task.Yield();
            Resets++;
            Volatile.Write(ref _users, 0);
        }

        public ValueTask DisposeAsync()
        {
            IsClosed = true;
            return ValueTask.CompletedTask;
        }
    }

    private sealed record Login(string Key);

    private sealed class Session : IAsyncDisposable
    {
        public string Key { get; set; } = "";

        public ValueTask ResetAsync() => throw new InvalidTimeZoneException($"The session of {Key} cannot be reset.");

        public ValueTask DisposeAsync() => throw new InvalidTimeZoneException($"The session of {Key} cannot be closed.");
    }

    private sealed class Vault(string secret) : ISecretProvider
    {
        public string? Find(string name) => secret;
    }
}
