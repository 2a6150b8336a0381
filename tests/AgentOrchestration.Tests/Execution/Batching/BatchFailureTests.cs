using System.Collections.Concurrent;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks.Batching;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Batching;

/// <summary>What fails in a batch, and whom it concerns.</summary>
public sealed class BatchFailureTests
{
    private readonly Pages _pages = new();

    [Fact]
    public async Task An_item_that_fails_fails_alone_and_is_tried_again_by_its_own_rules()
    {
        _pages.Code = (items, _, _) =>
        {
            foreach (BatchItem<string, string> item in items)
            {
                if (item.Id == "p2" && item.Context.Attempt == 1)
                {
                    item.Fail(new InvalidDataException("Not a page."));
                }
                else
                {
                    item.Succeed(item.Input);
                }
            }

            return default;
        };
        await using Engine engine = _pages.NewEngine(type =>
        {
            type.Retry.MaxAttempts = 2;
            type.Retry.Delay = TimeSpan.Zero;
        });

        RunResult result = await engine.RunAsync(plan => Pages.Add(plan, 16));

        Assert.Equal((RunOutcome.Succeeded, 2, 1), (result.Outcome, result["p2"].Attempts, result["p1"].Attempts));
        Assert.Equal([16, 1], _pages.Sizes);
    }

    [Theory]
    [InlineData(BrokenBatch.Bisect, 9)]
    [InlineData(BrokenBatch.OneByOne, 17)]
    public async Task Of_a_batch_whose_code_fails_only_the_one_at_fault_fails(BrokenBatch when, int calls)
    {
        _pages.BreakOn("p11");
        await using Engine engine = _pages.NewEngine(type => type.Batch.WhenBroken = when);
        await using OrchestrationRun run = await engine.StartAsync(plan => Pages.Add(plan, 16));

        RunResult result = await run.EndAsync();

        Assert.Equal(calls, _pages.Calls.Count);
        Assert.Equal(["p11"], result.Subtasks.Where(subtask => subtask.State == SubtaskState.Failed).Select(subtask => subtask.Subtask.Id));
        Assert.Equal("Not a page.", result["p11"].Error!.Message);
        Assert.All((await Engine.EventsAsync(run)).OfType<AttemptFailed>(), failed => Assert.True(failed.IsBatchBroken));
    }

    [Fact]
    public async Task Attempts_of_broken_batches_do_not_count()
    {
        var alone = new ConcurrentDictionary<string, bool>();
        _pages.Code = (items, _, _) => items.Count > 1 || alone.TryAdd(items[0].Id, true) ? throw new InvalidDataException("Broken.") : Pages.Answer(items);
        await using Engine engine = _pages.NewEngine(type =>
        {
            type.Retry.MaxAttempts = 2;
            type.Retry.Delay = TimeSpan.Zero;
        });

        RunResult result = await engine.RunAsync(plan => Pages.Add(plan, 2));

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(6, result.Subtasks.Sum(subtask => subtask.Attempts));
    }

    [Fact]
    public async Task A_broken_batch_may_count_as_a_failure_of_each()
    {
        _pages.BreakOn("p1");
        await using Engine engine = _pages.NewEngine(type => type.Batch.WhenBroken = BrokenBatch.Fail);

        RunResult result = await engine.RunAsync(plan => Pages.Add(plan, 3));

        Assert.Equal([SubtaskState.Failed, SubtaskState.Failed, SubtaskState.Failed], result.Subtasks.Select(subtask => subtask.State));
        Assert.Single(_pages.Calls);
    }

    [Fact]
    public async Task An_error_that_says_when_to_try_again_is_about_all_of_them_and_they_stay_together()
    {
        int calls = 0;
        _pages.Code = (items, _, _) => calls++ == 0 ? throw new TaskFailedException("Too many requests.") { RetryAfter = TimeSpan.FromSeconds(20) } : Pages.Answer(items);
        await using Engine engine = _pages.NewEngine(type => type.Retry.MaxAttempts = 2);
        await using OrchestrationRun run = await engine.StartAsync(plan => Pages.Add(plan, 5));
        await Engine.SeeAsync<AttemptFailed>(run);

        RunResult result = await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(1));

        Assert.Equal((RunOutcome.Succeeded, 10), (result.Outcome, result.Subtasks.Sum(subtask => subtask.Attempts)));
        Assert.Equal(5, _pages.Sizes.First());
    }

    [Fact]
    public async Task What_the_code_leaves_unanswered_is_tried_again_alone_and_then_fails_by_name()
    {
        _pages.Code = (items, _, _) =>
        {
            Pages.AnswerAll(items.Where(item => item.Id != "p1"));
            return default;
        };
        await using Engine engine = _pages.NewEngine();

        RunResult result = await engine.RunAsync(plan => Pages.Add(plan, 4));

        Assert.Equal(["p1"], result.Subtasks.Where(subtask => subtask.State == SubtaskState.Failed).Select(subtask => subtask.Subtask.Id));
        Assert.Contains("without an answer for 'p1'", result["p1"].Error!.Message, StringComparison.Ordinal);
        Assert.Equal(["p0,p1,p2,p3", "p1"], _pages.Calls.Select(call => string.Join(",", call)));
    }

    [Fact]
    public async Task A_second_answer_is_refused_and_the_first_counts()
    {
        InvalidOperationException? refusal = null;
        _pages.Code = (items, _, _) =>
        {
            items[0].Succeed("first");
            refusal = Assert.Throws<InvalidOperationException>(() => items[0].Succeed("second"));
            Pages.AnswerAll(items.Skip(1));
            return default;
        };
        await using Engine engine = _pages.NewEngine();

        RunResult result = await engine.RunAsync(plan => Pages.Add(plan, 2));

        Assert.Equal(("first", "facts of page 1"), (result.GetOutput<string>("p0"), result.GetOutput<string>("p1")));
        Assert.Contains("'p0'", refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_strangers_id_is_refused_with_the_ids_that_there_are()
    {
        KeyNotFoundException? refusal = null;
        _pages.Code = (items, _, _) =>
        {
            refusal = Assert.Throws<KeyNotFoundException>(() => items.ById("p7"));
            return Pages.Answer(items);
        };
        await using Engine engine = _pages.NewEngine();

        await engine.RunAsync(plan => Pages.Add(plan, 2));

        Assert.Contains("'p0', 'p1'", refusal!.Message, StringComparison.Ordinal);
    }
}
