using AgentOrchestration.Runs.Events;

namespace AgentOrchestration.Tests.Execution;

public sealed class StressTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1000, 0)]
    [InlineData(1000, 10)]
    public async Task Cancelling_stops_a_thousand_running_subtasks_and_nothing_starts_afterwards(int count, int deaf)
    {
        int running = 0;
        int began = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new Checkpoint();
        await using Engine engine = Engine.For<string>(
            async (context, stop) =>
            {
                Interlocked.Increment(ref began);
                if (Interlocked.Increment(ref running) == count)
                {
                    all.SetResult();
                }

                try
                {
                    bool isDeaf = int.Parse(context.Subtask.Id[1..], System.Globalization.CultureInfo.InvariantCulture) < deaf;
                    await (isDeaf ? never.PassAsync(CancellationToken.None) : new Checkpoint().PassAsync(stop));
                    return "never";
                }
                finally
                {
                    Interlocked.Decrement(ref running);
                }
            },
            options: options => options.Runs.MaxParallelism = count);
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            for (int i = 0; i < count; i++)
            {
                plan.Add($"w{i}", "work", after: []);
            }

            for (int i = 0; i < count; i++)
            {
                plan.Add($"n{i}", "work", after: [new SubtaskRef($"w{i}")]);
            }
        });
        await all.Task.InTimeAsync();

        await run.CancelAsync(TestEnd);
        int ended = 0;
        await Engine.SeeAsync<SubtaskCancelled>(run, _ => ++ended == (2 * count) - deaf);
        engine.Clock.Advance(TimeSpan.FromSeconds(30));
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Cancelled, 2 * count), (result.Outcome, result.Cancelled.Count()));
        Assert.Equal((count, deaf), (began, running));
        Assert.Equal(deaf, result.Abandoned.Count());
        AssertWhole(await Engine.EventsAsync(run), 2 * count);
        never.Open();
    }

    [Fact]
    public async Task Ten_thousand_runs_that_are_disposed_while_work_completes_all_end_whole()
    {
        var timing = new Random(1);
        await using Engine engine = Engine.For(async (context, _) =>
        {
            if (context.Subtask.Id[^1] % 2 == 0)
            {
                await Task.Yield();
            }

            return context.Subtask.Id;
        });
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            SubtaskRef[] first = [plan.Add("a0", "work"), plan.Add("a1", "work")];
            SubtaskRef[] second = [plan.Add("b0", "work", after: first), plan.Add("b1", "work", after: first)];
            plan.Add("c0", "work", after: second);
        });

        for (int i = 0; i < 10_000; i++)
        {
            OrchestrationRun run = await engine.Orchestrator.StartAsync(plan, TestEnd);
            Task<IReadOnlyList<RunEvent>> watching = Engine.EventsAsync(run);
            Thread.SpinWait(timing.Next(2000));
            await run.DisposeAsync();

            AssertWhole(await watching, 5);
            Assert.All(run.GetSnapshot().Subtasks, subtask => Assert.True(subtask.State is SubtaskState.Succeeded or SubtaskState.Cancelled));
        }
    }

    [Fact]
    public async Task A_thousand_runs_side_by_side_that_fail_retry_grow_and_are_cancelled_all_end_whole()
    {
        await using Engine engine = Engine.For(
            async (context, stop) =>
            {
                await Task.Yield();
                stop.ThrowIfCancellationRequested();
                if (context.Subtask.Id.EndsWith('g'))
                {
                    context.AddSubtasks(plan => plan.Add("x", "work"));
                }

                return context is { Attempt: 1, Subtask.Id: "b" } ? throw new InvalidDataException("Bad data.") : context.Subtask.Id;
            },
            options =>
            {
                options.Retry.MaxAttempts = 2;
                options.Retry.Delay = TimeSpan.Zero;
                options.MaxConcurrency = 7;
            });

        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), TestEnd, async (number, _) =>
        {
            await using OrchestrationRun run = await engine.StartAsync(plan =>
            {
                SubtaskRef a = plan.Add("a", "work");
                SubtaskRef b = plan.Add("b", "work");
                SubtaskRef g = plan.Add("g", "work", after: [a], options: new() { Optional = [b] });
                plan.AddPlan("p", TaskPlan.Create(inner => inner.Add("g", "work", after: [inner.Add("y", "work")])), after: [g]);
            });
            Task<IReadOnlyList<RunEvent>> watching = Engine.EventsAsync(run);
            if (number % 3 == 0)
            {
                await run.CancelAsync("b", TestEnd);
            }
            else if (number % 7 == 0)
            {
                await run.CancelAsync(TestEnd);
            }

            RunResult result = await run.EndAsync();
            AssertWhole(await watching, result.Subtasks.Count);
        });
    }

    private static void AssertWhole(IReadOnlyList<RunEvent> events, int subtasks)
    {
        Assert.IsType<RunEnded>(events[^1]);
        Assert.Single(events, next => next is RunEnded);
        string[] ended = [.. events.OfType<SubtaskEvent>().Where(next => next is SubtaskSucceeded or SubtaskFailed or SubtaskSkipped or SubtaskCancelled).Select(next => next.SubtaskId)];
        Assert.Equal((subtasks, subtasks), (ended.Length, ended.Distinct().Count()));
    }
}
