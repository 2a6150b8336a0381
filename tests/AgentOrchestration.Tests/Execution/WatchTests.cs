using AgentOrchestration.Runs.Events;

namespace AgentOrchestration.Tests.Execution;

public sealed class WatchTests
{
    private const int Texts = 5000;

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_slow_reader_loses_ticks_but_no_facts_and_is_told_how_many()
    {
        var read = new Checkpoint();
        await using Engine engine = Chatty(read);
        await using OrchestrationRun run = await engine.StartOneAsync();
        await using IAsyncEnumerator<RunEvent> reader = run.WatchAsync(TestEnd).GetAsyncEnumerator(TestEnd);
        List<RunEvent> seen = [];
        while (seen.Count == 0 || seen[^1] is not TextStreamed)
        {
            Assert.True(await reader.MoveNextAsync());
            seen.Add(reader.Current);
        }

        // It reads nothing while the run goes on to its end.
        read.Open();
        await run.EndAsync();
        while (await reader.MoveNextAsync())
        {
            seen.Add(reader.Current);
        }

        TicksLost lost = Assert.Single(seen.OfType<TicksLost>());
        Assert.Equal(Texts, lost.Count + seen.OfType<TextStreamed>().Count());
        Assert.Equal($"{Texts - 1}", seen.OfType<TextStreamed>().Last().Text);
        AssertWhole(seen);
    }

    [Fact]
    public async Task A_late_reader_gets_all_facts_and_the_latest_ticks()
    {
        var read = new Checkpoint();
        read.Open();
        await using Engine engine = Chatty(read);
        await using OrchestrationRun run = await engine.StartOneAsync();
        await run.EndAsync();

        IReadOnlyList<RunEvent> first = await Engine.EventsAsync(run);
        IReadOnlyList<RunEvent> second = await Engine.EventsAsync(run);

        Assert.Equal(first, second);
        Assert.Equal(Texts, Assert.Single(first.OfType<TicksLost>()).Count + first.OfType<TextStreamed>().Count());
        AssertWhole(first);
    }

    [Fact]
    public async Task A_reader_that_keeps_up_loses_nothing()
    {
        using var turn = new SemaphoreSlim(1);
        await using Engine engine = Engine.For(async (context, stop) =>
        {
            for (int i = 0; i < Texts; i++)
            {
                await turn.WaitAsync(stop);
                context.StreamText($"{i}");
            }

            return "output";
        });
        await using OrchestrationRun run = await engine.StartOneAsync();

        List<string> texts = [];
        await foreach (RunEvent next in run.WatchAsync(TestEnd))
        {
            Assert.IsNotType<TicksLost>(next);
            if (next is TextStreamed text)
            {
                texts.Add(text.Text);
                turn.Release();
            }
        }

        Assert.Equal(Enumerable.Range(0, Texts).Select(i => $"{i}"), texts);
    }

    [Fact]
    public async Task A_reader_that_stops_throws_or_is_cancelled_harms_neither_the_run_nor_other_readers()
    {
        var go = new Checkpoint();
        await using Engine engine = Engine.For(async (_, stop) =>
        {
            await go.PassAsync(stop);
            return "output";
        });
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("second", "work", after: [plan.Add("first", "work")]));
        Task<IReadOnlyList<RunEvent>> patient = Engine.EventsAsync(run);

        await foreach (RunEvent _ in run.WatchAsync(TestEnd))
        {
            break;
        }

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (RunEvent _ in run.WatchAsync(TestEnd))
            {
                throw new InvalidOperationException("The reader broke.");
            }
        });
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(TestEnd);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (RunEvent next in run.WatchAsync(cancellation.Token))
            {
                if (next is AttemptStarted)
                {
                    await cancellation.CancelAsync();
                }
            }
        });

        go.Open();
        Assert.Equal(RunOutcome.Succeeded, (await run.EndAsync()).Outcome);
        AssertWhole(await patient);
    }

    [Fact]
    public async Task Many_readers_at_many_moments_see_the_same_facts()
    {
        await using Engine engine = Engine.For(async (context, _) =>
        {
            await Task.Yield();
            context.ReportProgress(0.5);
            return context.Subtask.Id;
        });
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            for (int i = 0; i < 200; i++)
            {
                plan.Add($"t{i}", "work");
            }
        });

        IReadOnlyList<RunEvent>[] all = await Task.WhenAll(Enumerable.Range(0, 20).Select(async reader =>
        {
            await Engine.SeeAsync<SubtaskSucceeded>(run, next => next.SubtaskId == $"t{reader * 9}");
            return await Engine.EventsAsync(run);
        }));

        Assert.All(all, events =>
        {
            AssertWhole(events);
            Assert.Equal(all[0].Where(IsFact), events.Where(IsFact));
            Assert.Equal(200, events.OfType<ProgressReported>().Count());
        });
    }

    private static void AssertWhole(IReadOnlyList<RunEvent> events)
    {
        RunEvent[] facts = [.. events.Where(IsFact)];
        Assert.Equal(Enumerable.Range(0, facts.Length).Select(i => (long)i), facts.Select(fact => fact.Sequence));
        Assert.IsType<RunStarted>(events[0]);
        Assert.IsType<RunEnded>(events[^1]);
        Assert.Single(events, next => next is RunEnded);
        Assert.Equal(events.Select(next => next.Sequence).Order(), events.Select(next => next.Sequence));
    }

    private static bool IsFact(RunEvent next) => next is not SubtaskTick and not TicksLost;

    /// <summary>Writes a first piece of text, waits for the test, and writes the rest without a pause.</summary>
    private static Engine Chatty(Checkpoint read) => Engine.For(async (context, stop) =>
    {
        context.StreamText("0");
        await read.PassAsync(stop);
        for (int i = 1; i < Texts; i++)
        {
            context.StreamText($"{i}");
        }

        return "output";
    });
}
