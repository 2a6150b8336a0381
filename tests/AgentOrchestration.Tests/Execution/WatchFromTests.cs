using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

/// <summary>Readers of a run that begin, or continue, with an event in the middle.</summary>
public sealed class WatchFromTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reader_that_continues_wherever_it_stopped_sees_each_event_once()
    {
        await using Engine engine = Engine.For((_, _) => ValueTask.FromResult(1));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("second", "work", after: [plan.Add("first", "work")]));
        await run.EndAsync();
        IReadOnlyList<RunEvent> all = await Engine.EventsAsync(run);

        for (int stop = 0; stop <= all.Count; stop++)
        {
            List<RunEvent> seen = [];
            await foreach (RunEvent next in run.WatchAsync(from: 0, TestEnd))
            {
                if (seen.Count == stop)
                {
                    break;
                }

                seen.Add(next);
            }

            seen.AddRange(await ReadAsync(run, from: stop));
            Assert.Equal(all, seen);
        }
    }

    [Fact]
    public async Task Events_that_are_still_to_come_are_waited_for()
    {
        var working = new Checkpoint();
        await using Engine engine = Engine.For(async (_, stop) =>
        {
            await working.PassAsync(stop);
            return 1;
        });
        await using OrchestrationRun run = await engine.StartOneAsync();
        await working.Reached;
        int known = (await KnownAsync(run)).Count;
        await using IAsyncEnumerator<RunEvent> reader = run.WatchAsync(from: known + 1, TestEnd).GetAsyncEnumerator(TestEnd);
        ValueTask<bool> first = reader.MoveNextAsync();
        Assert.False(first.IsCompleted);

        working.Open();
        await run.EndAsync();

        Assert.True(await first.AsTask().InTimeAsync());
        Assert.Equal(known + 1, reader.Current.Sequence);
        Assert.IsType<RunEnded>(reader.Current);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public async Task Behind_the_end_there_is_nothing(long behind)
    {
        await using Engine engine = Engine.For((_, _) => ValueTask.FromResult(1));
        await using OrchestrationRun run = await engine.StartOneAsync();
        await run.EndAsync();
        long last = (await Engine.EventsAsync(run))[^1].Sequence;

        Assert.Empty(await ReadAsync(run, last + 1 + behind));
        Assert.IsType<RunEnded>(Assert.Single(await ReadAsync(run, last)));
    }

    [Fact]
    public async Task A_reader_that_waits_behind_the_end_ends_with_the_run()
    {
        var working = new Checkpoint();
        await using Engine engine = Engine.For(async (_, stop) =>
        {
            await working.PassAsync(stop);
            return 1;
        });
        await using OrchestrationRun run = await engine.StartOneAsync();
        await working.Reached;
        Task<List<RunEvent>> reading = ReadAsync(run, from: 1_000);

        working.Open();
        await run.EndAsync();

        Assert.Empty(await reading.InTimeAsync());
    }

    [Fact]
    public async Task Text_that_follows_an_earlier_event_is_left_out()
    {
        await using Engine engine = Engine.For((context, _) =>
        {
            context.StreamText("text");
            return ValueTask.FromResult(1);
        });
        await using OrchestrationRun run = await engine.StartOneAsync();
        await run.EndAsync();
        RunEvent text = (await Engine.EventsAsync(run)).OfType<TextStreamed>().Single();

        Assert.Contains(text, await ReadAsync(run, text.Sequence));
        Assert.DoesNotContain(await ReadAsync(run, text.Sequence + 1), next => next is TextStreamed);
    }

    [Fact]
    public async Task A_run_that_was_resumed_or_has_ended_in_another_process_is_read_by_the_same_numbers()
    {
        var host = new DurableHost(builder => builder.AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1)));
        IReadOnlyList<RunEvent> all;
        string runId;
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("only", "work")), cancellationToken: TestEnd);
            await run.EndAsync();
            runId = run.RunId;
            all = await Engine.EventsAsync(run);
        }

        await using ServiceProvider another = host.NewProcess();
        await using OrchestrationRun resumed = await DurableHost.OrchestratorOf(another).ResumeAsync(runId, TestEnd);

        for (int from = 0; from <= all.Count; from++)
        {
            Assert.Equal(all.Skip(from).Select(next => (next.GetType(), next.Sequence)), (await ReadAsync(resumed, from)).Select(next => (next.GetType(), next.Sequence)));
        }
    }

    [Fact]
    public async Task A_resumed_run_that_is_running_is_read_from_any_of_its_numbers_on_to_its_end()
    {
        var working = new Checkpoint();
        var host = new DurableHost(builder => builder
            .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1))
            .AddTaskType("long", "Works.", async (None _, TaskContext context, CancellationToken stop) =>
            {
                context.ReportProgress(0.5);
                await working.PassAsync(stop);
                return 1;
            }));
        string runId;
        long known;
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
                TaskPlan.Create(plan => plan.Add("third", "work", after: [plan.Add("second", "long", after: [plan.Add("first", "work")])])), TestEnd);
            AttemptStarted started = await Engine.SeeAsync<AttemptStarted>(run, started => started.SubtaskId == "second");
            (runId, known) = (run.RunId, started.Sequence);
        }

        await using ServiceProvider another = host.NewProcess();
        await using OrchestrationRun resumed = await DurableHost.OrchestratorOf(another).ResumeAsync(runId, TestEnd);
        Task<List<RunEvent>>[] readers = [.. Enumerable.Range(0, (int)known + 4).Select(from => ReadAsync(resumed, from))];
        await Engine.SeeAsync<AttemptInterrupted>(resumed);
        Assert.All(readers, reader => Assert.False(reader.IsCompleted));
        working.Open();
        await resumed.EndAsync();

        IReadOnlyList<RunEvent> all = await Engine.EventsAsync(resumed);
        for (int from = 0; from < readers.Length; from++)
        {
            Assert.Equal(
                all.Where(next => next is not ProgressReported && next.Sequence >= from).Select(next => (next.GetType(), next.Sequence)),
                (await readers[from].InTimeAsync()).Where(next => next is not ProgressReported).Select(next => (next.GetType(), next.Sequence)));
        }
    }

    [Fact]
    public async Task Readers_that_begin_anywhere_while_a_run_ends_see_its_end_once()
    {
        await using Engine engine = Engine.For((_, _) => ValueTask.FromResult(1), options: options => options.Runs.MaxParallelism = 4);
        for (int i = 0; i < 30; i++)
        {
            await using OrchestrationRun run = await engine.StartAsync(plan => Array.ForEach(["a", "b", "c"], id => plan.Add(id, "work")));
            List<RunEvent>[] read = await Task.WhenAll(Enumerable.Range(0, 12).Select(from => Task.Run(() => ReadAsync(run, from), TestEnd))).InTimeAsync(run);
            long last = (await Engine.EventsAsync(run))[^1].Sequence;

            for (int from = 0; from < read.Length; from++)
            {
                Assert.Equal(Enumerable.Range(from, (int)Math.Max(0, last - from + 1)).Select(number => (long)number), read[from].Select(next => next.Sequence));
            }
        }
    }

    [Fact]
    public async Task The_greatest_number_is_behind_every_end()
    {
        await using Engine engine = Engine.For((_, _) => ValueTask.FromResult(1));
        await using OrchestrationRun run = await engine.StartOneAsync();
        Task<List<RunEvent>> reading = ReadAsync(run, long.MaxValue);
        await run.EndAsync();

        Assert.Empty(await reading.InTimeAsync(run));
        Assert.Empty(await ReadAsync(run, long.MaxValue));
    }

    [Fact]
    public async Task A_negative_number_is_refused()
    {
        await using Engine engine = Engine.For((_, _) => ValueTask.FromResult(1));
        await using OrchestrationRun run = await engine.StartOneAsync();

        Assert.Throws<ArgumentOutOfRangeException>("from", () => run.WatchAsync(from: -1, TestEnd));
        await run.EndAsync();
    }

    private static async Task<List<RunEvent>> ReadAsync(OrchestrationRun run, long from)
    {
        List<RunEvent> events = [];
        await foreach (RunEvent next in run.WatchAsync(from, TestEnd))
        {
            events.Add(next);
        }

        return events;
    }

    /// <summary>Reads as far as the start of the only attempt.</summary>
    private static async Task<List<RunEvent>> KnownAsync(OrchestrationRun run)
    {
        List<RunEvent> events = [];
        await foreach (RunEvent next in run.WatchAsync(TestEnd))
        {
            events.Add(next);
            if (next is AttemptStarted)
            {
                break;
            }
        }

        return events;
    }
}
