using System.Text.Json;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

/// <summary>Why a subtask of a run has not started or not ended.</summary>
public sealed class ExplainTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_waits_for_a_pool_names_those_who_hold_it()
    {
        await using var world = new World();
        await using OrchestrationRun run = await world.StartAsync(plan =>
        {
            plan.Add("render-3", "gpu", options: new() { EstimatedDuration = TimeSpan.FromHours(1) });
            plan.Add("render-5", "gpu");
            plan.Add("render-7", "gpu");
        });
        await world.SeeStartsAsync(run, 2);
        string waiting = run.GetSnapshot().Subtasks.Single(subtask => subtask.State == SubtaskState.Ready).Subtask.Id;

        WaitExplanation why = run.Explain(waiting);

        Assert.Equal((WaitKind.Resources, SubtaskState.Ready), (why.Kind, why.State));
        AwaitedPool pool = Assert.Single(why.Pools);
        Assert.Equal(("gpu", 1L, 0L, 2L, 2), (pool.Name, pool.Needed, pool.Free, pool.Capacity, pool.Holders.Count));
        Assert.All(pool.Holders, holder => Assert.Equal((run.RunId, 1L), (holder.RunId, holder.Amount)));
        Assert.Matches(@"^waits for gpu: 2 of 2 in use by render-\d( \([\d.]+ s left\))? and render-\d( \([\d.]+ s left\))?$", why.ToString());
        Assert.Equal(waiting, JsonSerializer.SerializeToElement(why, JsonSerializerOptions.Web).GetProperty("subtaskId").GetString());
        await world.EndAsync(run);
    }

    [Fact]
    public async Task Another_run_that_holds_a_pool_is_named()
    {
        await using var world = new World();
        await using OrchestrationRun holder = await world.StartAsync(plan =>
        {
            plan.Add("one", "gpu");
            plan.Add("two", "gpu");
        });
        await world.SeeStartsAsync(holder, 2);
        await using OrchestrationRun run = await world.StartAsync(plan => plan.Add("waits", "gpu"));

        WaitExplanation why = run.Explain("waits");

        Assert.Equal([holder.RunId, holder.RunId], Assert.Single(why.Pools).Holders.Select(other => other.RunId));
        Assert.Contains($"of run {holder.RunId}", why.ToString(), StringComparison.Ordinal);
        await world.EndAsync(holder);
        await world.EndAsync(run);
    }

    [Fact]
    public async Task What_waits_for_others_names_those_that_have_not_ended()
    {
        await using var world = new World();
        await using OrchestrationRun run = await world.StartAsync(plan => plan.Add("last", "work", after: [plan.Add("first", "work"), plan.Add("second", "free")]));
        await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == "second");

        WaitExplanation why = run.Explain("last");

        Assert.Equal((WaitKind.Dependencies, "waits for the end of first (Running)"), (why.Kind, why.ToString()));
        Assert.Equal(["first"], why.Dependencies.Select(awaited => awaited.SubtaskId));
        await world.EndAsync(run);
    }

    [Fact]
    public async Task What_runs_and_what_has_ended_say_so()
    {
        await using var world = new World();
        await using OrchestrationRun run = await world.StartAsync(plan => plan.Add("only", "work"));
        await world.SeeStartsAsync(run, 1);

        Assert.Equal((WaitKind.Running, 1), (run.Explain("only").Kind, run.Explain("only").Attempts));
        Assert.StartsWith("runs since ", run.Explain("only").ToString(), StringComparison.Ordinal);
        await world.EndAsync(run);
        Assert.Equal((WaitKind.Ended, "has ended: Succeeded"), (run.Explain("only").Kind, run.Explain("only").ToString()));
    }

    [Fact]
    public async Task What_waits_for_an_approval_shows_the_question()
    {
        await using var world = new World();
        await using OrchestrationRun run = await world.StartAsync(plan => plan.Add("pay", "free", options: new() { Policy = new SubtaskPolicy { RequiresApproval = true } }));
        ApprovalRequested question = await Engine.SeeAsync<ApprovalRequested>(run);

        WaitExplanation why = run.Explain("pay");

        Assert.Equal((WaitKind.Approval, question.Fingerprint), (why.Kind, why.Approval?.Fingerprint));
        await run.ApproveAsync(question, cancellationToken: TestEnd);
        await world.EndAsync(run);
    }

    [Fact]
    public async Task What_waits_for_a_place_names_what_runs()
    {
        await using var world = new World(maxParallelism: 1);
        await using OrchestrationRun run = await world.StartAsync(plan =>
        {
            plan.Add("one", "work");
            plan.Add("two", "work");
        });
        await world.SeeStartsAsync(run, 1);
        SubtaskSnapshot[] subtasks = [.. run.GetSnapshot().Subtasks.OrderBy(subtask => subtask.State)];

        WaitExplanation why = run.Explain(subtasks[0].Subtask.Id);

        Assert.Equal((WaitKind.Parallelism, $"waits for MaxParallelism: 1 of 1 in use by {subtasks[1].Subtask.Id}"), (why.Kind, why.ToString()));
        await world.EndAsync(run);
    }

    [Fact]
    public async Task What_pauses_before_its_next_attempt_says_how_long()
    {
        await using var world = new World();
        await using OrchestrationRun run = await world.StartAsync(plan => plan.Add("flaky", "flaky"));
        await Engine.SeeAsync<AttemptFailed>(run);

        WaitExplanation why = run.Explain("flaky");

        Assert.Equal((WaitKind.Retry, 1), (why.Kind, why.Attempts));
        Assert.True(why.Remaining > TimeSpan.FromMinutes(1));
        await run.CancelAsync(TestContext.Current.CancellationToken);
        await run.EndAsync();
    }

    [Fact]
    public async Task A_subtask_that_the_run_does_not_have_is_refused()
    {
        await using var world = new World();
        await using OrchestrationRun run = await world.StartAsync(plan => plan.Add("only", "free"));
        await run.EndAsync();

        Assert.Throws<ArgumentException>("subtaskId", () => run.Explain("other"));
        Assert.Throws<ArgumentNullException>("subtaskId", () => run.Explain(null!));
    }

    /// <summary>Two gpus, and work that runs until the test ends it.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Engine _engine;

        public World(int maxParallelism = 8) => _engine = new Engine(
            builder => builder
                .AddResource("gpu", 2)
                .AddTaskType("gpu", "Renders.", (None _, TaskContext _, CancellationToken stop) => StayAsync(stop), options => options.Resources = ResourceRequirements.Of("gpu", 1))
                .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken stop) => StayAsync(stop))
                .AddTaskType("free", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1))
                .AddTaskType("flaky", "Fails.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromException<int>(new TimeoutException("It fails.")),
                    options =>
                    {
                        options.Retry.MaxAttempts = 2;
                        options.Retry.Delay = options.Retry.MaxDelay = TimeSpan.FromHours(1);
                    }),
            options => options.Runs.MaxParallelism = maxParallelism);

        public Task<OrchestrationRun> StartAsync(Action<TaskPlanBuilder> plan) => _engine.StartAsync(plan);

        public async Task SeeStartsAsync(OrchestrationRun run, int count)
        {
            await foreach (RunEvent next in run.WatchAsync(TestContext.Current.CancellationToken))
            {
                if (next is AttemptStarted && --count == 0)
                {
                    return;
                }
            }
        }

        public async Task EndAsync(OrchestrationRun run)
        {
            _done.TrySetResult();
            Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        }

        public ValueTask DisposeAsync() => _engine.DisposeAsync();

        private async ValueTask<int> StayAsync(CancellationToken stop)
        {
            await _done.Task.WaitAsync(stop);
            return 1;
        }
    }
}
