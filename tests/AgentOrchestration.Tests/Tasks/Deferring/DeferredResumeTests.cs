using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Deferring;
using AgentOrchestration.Tests.Execution;
using LoopbackModel;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Tasks.Deferring;

/// <summary>Durable runs that are detached, or whose process dies, while calls wait.</summary>
public sealed class DeferredResumeTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_is_detached_when_its_calls_are_submitted_and_takes_the_answers_when_it_is_resumed()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        string id;
        await using (ServiceProvider process = world.NewProcess())
        {
            await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(5), DeferredWorld.Within(24), TestEnd);
            await DeferredWorld.DeferAllAsync(run);
            await world.AdvanceUntilAsync(Engine.SeeAsync<CallsSubmitted>(run));
            id = run.RunId;
        }

        world.Clock.Advance(TimeSpan.FromHours(3));
        RunResult result = await ResumeAsync(world, world.Store, id);

        AssertAnsweredOnce(world, result, 5);
        Assert.Equal(10, world.Begun.Count);
    }

    [Fact]
    public async Task A_run_that_is_resumed_late_takes_the_answers_that_are_there()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        string id;
        await using (ServiceProvider process = world.NewProcess())
        {
            await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(5), DeferredWorld.Within(24), TestEnd);
            await DeferredWorld.DeferAllAsync(run);
            await world.AdvanceUntilAsync(Engine.SeeAsync<CallsSubmitted>(run));
            id = run.RunId;
        }

        world.Clock.Advance(TimeSpan.FromHours(25));

        AssertAnsweredOnce(world, await ResumeAsync(world, world.Store, id), 5);
    }

    [Fact]
    public async Task A_run_that_is_detached_before_its_calls_are_submitted_submits_them_when_it_is_resumed()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        string id;
        await using (ServiceProvider process = world.NewProcess())
        {
            await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(1), DeferredWorld.Within(24), TestEnd);
            await Engine.SeeAsync<AttemptDeferred>(run);
            id = run.RunId;
        }

        Assert.Empty(world.Batches.All);
        AssertAnsweredOnce(world, await ResumeAsync(world, world.Store, id), 1);
    }

    /// <summary>Also between the submission and its fact, and between the answers and what they lead to.</summary>
    [Fact]
    public async Task Wherever_the_process_dies_after_a_submission_nothing_is_paid_twice()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        string id;
        await using (ServiceProvider process = world.NewProcess())
        {
            await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(4), DeferredWorld.Within(24), TestEnd);
            await DeferredWorld.DeferAllAsync(run);
            await world.AdvanceUntilAsync(run.EndAsync());
            id = run.RunId;
        }

        string[] journal = await JournalAsync(world.Store, id);
        int submitted = Array.FindIndex(journal, line => line.Contains("calls-submitted", StringComparison.Ordinal));
        Assert.InRange(submitted, 5, journal.Length - 5);
        for (int count = submitted; count < journal.Length; count++)
        {
            RunResult result = await ResumeAsync(world, await CutAsync(world, id, journal[..count]), id);

            AssertAnsweredOnce(world, result, 4);
        }
    }

    /// <summary>The processes that resume it die too: one while it takes the answers again, one before that.</summary>
    [Fact]
    public async Task What_is_reserved_for_answers_is_kept_when_the_process_dies_while_they_are_taken()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.TaskType = static options => options.ExpectedUsage = new TaskUsage(10, 5, 20);
        string id;
        await using (ServiceProvider process = world.NewProcess())
        {
            await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(
                DeferredWorld.Plan(1), new RunOptions(DeferredWorld.Within(24)) { Budget = new RunBudget { MaxAttempts = 1, MaxCost = 25 } }, TestEnd);
            await DeferredWorld.DeferAllAsync(run);
            await world.AdvanceUntilAsync(run.EndAsync());
            id = run.RunId;
        }

        IRunStore store = world.Store;
        foreach ((string last, int attempts) in new[] { ("attempt-started", 3), ("attempt-started", 4), ("attempt-interrupted", 4) })
        {
            string[] journal = await JournalAsync(store, id);
            int latest = Array.FindLastIndex(journal, line => line.Contains(last, StringComparison.Ordinal));
            store = await CutAsync(world, id, journal[..(latest + 1)]);
            RunResult result = await ResumeAsync(world, store, id);

            AssertAnsweredOnce(world, result, 1);
            Assert.Equal((10, attempts), (result["s0"].Usage.Cost, result["s0"].Attempts));
        }
    }

    [Fact]
    public async Task What_an_attempt_may_have_asked_because_its_time_to_wait_was_up_counts_when_its_process_dies()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.TaskType = static options => options.ExpectedUsage = new TaskUsage(10, 5, 20);
        world.Batches.Time = static _ => TimeSpan.FromDays(2);
        string id;
        await using (ServiceProvider process = world.NewProcess())
        {
            await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(1), DeferredWorld.Within(6), TestEnd);
            await DeferredWorld.DeferAllAsync(run);
            await world.AdvanceUntilAsync(run.EndAsync());
            id = run.RunId;
        }

        string[] journal = await JournalAsync(world.Store, id);
        int asking = Array.FindLastIndex(journal, line => line.Contains("attempt-started", StringComparison.Ordinal));
        RunResult result = await ResumeAsync(world, await CutAsync(world, id, journal[..(asking + 1)]), id);

        Assert.Equal((RunOutcome.Succeeded, 20 + 20), (result.Outcome, result["s0"].Usage.Cost));
    }

    [Fact]
    public async Task Nothing_is_submitted_before_the_journal_says_what_it_is_for()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        var mayWrite = new TaskCompletionSource();
        using var store = new HoldingStore(
            world.Store, append => append.Events.ToArray().Any(line => System.Text.Encoding.UTF8.GetString(line.Span).Contains("attempt-deferred", StringComparison.Ordinal)) ? mayWrite.Task : Task.CompletedTask);
        await using ServiceProvider process = world.NewProcess(store);
        await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(2), DeferredWorld.Within(24), TestEnd);
        await store.Held.InTimeAsync();

        await world.AdvanceByAsync(TimeSpan.FromMinutes(20));

        Assert.Empty(world.Batches.All);
        mayWrite.SetResult();
        Assert.Equal(RunOutcome.Succeeded, (await world.AdvanceUntilAsync(run.EndAsync())).Outcome);
    }

    [Fact]
    public async Task A_process_that_comes_late_learns_nothing_of_how_long_batches_take()
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        List<string> ids = [];
        for (int count = 0; count < 6; count++)
        {
            await using ServiceProvider process = world.NewProcess();
            await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).StartAsync(DeferredWorld.Plan(1), DeferredWorld.Within(24), TestEnd);
            await world.AdvanceUntilAsync(Engine.SeeAsync<CallsSubmitted>(run));
            ids.Add(run.RunId);
        }

        world.Clock.Advance(TimeSpan.FromHours(1));
        await using ServiceProvider other = world.NewProcess();
        foreach (string id in ids)
        {
            await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(other).ResumeAsync(id, TestEnd);
            await world.AdvanceUntilAsync(run.EndAsync(), seconds: 10);
        }

        Assert.Equal(TimeSpan.FromHours(1), other.GetRequiredService<DeferringEndpoint>().ExpectedTime);
    }

    private static void AssertAnsweredOnce(DeferredWorld world, RunResult result, int count)
    {
        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.All(result.Subtasks, subtask => Assert.Equal($"re: {subtask.Subtask.Id}", subtask.Output));
        LoopbackBatch batch = Assert.Single(world.Batches.All);
        Assert.Equal((count, count), (batch.Requests.Count, batch.Answered.Count));
        Assert.Empty(world.Live.Asked);
    }

    private static async Task<RunResult> ResumeAsync(DeferredWorld world, IRunStore store, string id)
    {
        await using ServiceProvider process = world.NewProcess(store);
        await using OrchestrationRun run = await DeferredWorld.OrchestratorOf(process).ResumeAsync(id, TestEnd);
        return await world.AdvanceUntilAsync(run.EndAsync(), seconds: 10);
    }

    private static async Task<string[]> JournalAsync(IRunStore store, string id)
    {
        List<string> lines = [];
        await foreach (ReadOnlyMemory<byte> line in store.ReadAsync(id, 0, TestEnd))
        {
            lines.Add(System.Text.Encoding.UTF8.GetString(line.Span));
        }

        return [.. lines];
    }

    private static async Task<MemoryRunStore> CutAsync(DeferredWorld world, string id, string[] lines)
    {
        var cut = new MemoryRunStore(world.Clock);
        RunLease lease = (await cut.CreateAsync(new NewRun(id, world.Clock.GetUtcNow(), (await world.Store.ReadHeaderAsync(id, TestEnd))!.Value), "dead", TimeSpan.FromSeconds(1), TestEnd))!;
        ReadOnlyMemory<byte>[] events = [.. lines.Select(line => (ReadOnlyMemory<byte>)System.Text.Encoding.UTF8.GetBytes(line))];
        await cut.AppendAsync(new JournalAppend { Lease = lease, Sequence = 0, Events = events }, TestEnd);
        await cut.ReleaseLeaseAsync(lease, TestEnd);
        return cut;
    }
}
