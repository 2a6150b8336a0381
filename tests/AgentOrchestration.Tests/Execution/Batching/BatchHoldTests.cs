using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks.Batching;
using AgentOrchestration.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Batching;

/// <summary>How long a subtask waits for others of its batch. Durations are in the ids: <c>fetch-3</c> takes three seconds.</summary>
public sealed class BatchHoldTests
{
    private readonly List<int> _sizes = [];

    [Fact]
    public void A_subtask_with_slack_waits_for_one_whose_dependencies_run()
    {
        using SimulatedRun run = Run(plan =>
        {
            Pair(plan, fetch: 1.0);
            Pair(plan, fetch: 1.2);
            Add(plan, "work-100", "work", 100, []);
        });

        Assert.Equal([2], _sizes);
        Assert.Equal(TimeSpan.FromSeconds(1.2), StartOf(run, "extract-1"));
    }

    [Fact]
    public void Without_slack_it_does_not_wait()
    {
        using SimulatedRun run = Run(plan =>
        {
            SubtaskRef extract = Pair(plan, fetch: 1.0);
            Add(plan, "work-50", "work", 50, [extract]);
            Pair(plan, fetch: 1.2);
        });

        Assert.Equal(TimeSpan.FromSeconds(1), StartOf(run, "extract-1"));
        Assert.Equal([1, 1], _sizes);
    }

    [Fact]
    public void It_waits_for_no_longer_than_half_of_what_it_is_expected_to_take()
    {
        using SimulatedRun run = Run(plan =>
        {
            Pair(plan, fetch: 1.0);
            Pair(plan, fetch: 900, estimate: 1.2);
            Add(plan, "work-1000", "work", 1000, []);
        });

        Assert.Equal(TimeSpan.FromSeconds(1 + 2), StartOf(run, "extract-1"));
        Assert.Equal([1, 1], _sizes);
    }

    [Fact]
    public void It_can_be_told_not_to_wait()
    {
        using SimulatedRun run = Run(
            plan =>
            {
                Pair(plan, fetch: 1.0);
                Pair(plan, fetch: 1.2);
                Add(plan, "work-100", "work", 100, []);
            },
            BatchHold.None);

        Assert.Equal([1, 1], _sizes);
    }

    [Fact]
    public void What_is_no_part_of_the_batch_starts_meanwhile()
    {
        using SimulatedRun run = Run(plan =>
        {
            SubtaskRef first = Add(plan, "fetch-1", "work", 1, []);
            Add(plan, "extract-1", "extract", 4, [first]);
            Add(plan, "work-2", "work", 2, [first]);
            Pair(plan, fetch: 1.2);
            Add(plan, "work-100", "work", 100, []);
        });

        Assert.Equal(TimeSpan.FromSeconds(1), StartOf(run, "work-2"));
        Assert.Equal(TimeSpan.FromSeconds(1.2), StartOf(run, "extract-1"));
    }

    [Fact]
    public void What_is_held_is_reported_and_explained()
    {
        WaitExplanation? explained = null;
        RunSimulation simulation = Create(BatchHold.WhenOthersAreDue, 16, out _);

        using SimulatedRun run = simulation.Run(
            TaskPlan.Create(plan =>
            {
                Pair(plan, fetch: 1.0);
                Pair(plan, fetch: 1.2);
                Add(plan, "work-100", "work", 100, []);
            }),
            seed: 1,
            script => script.At(TimeSpan.FromSeconds(1.1), handle =>
            {
                explained = handle.Explain("extract-1");
                return ValueTask.CompletedTask;
            }));

        StartHeld held = Assert.Single(run.Events.OfType<StartHeld>());
        Assert.Equal(("extract-1", HoldReason.Batch), (held.SubtaskId, held.Reason));
        Assert.Equal(TimeSpan.FromSeconds(3), held.Until - run.Events[0].Time);
        Assert.Equal((WaitKind.Batch, TimeSpan.FromSeconds(1.9)), (explained!.Kind, explained.Remaining));
        Assert.Contains("waits for others of its batch", explained.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_batch_does_not_wait()
    {
        using SimulatedRun run = Run(
            plan =>
            {
                Pair(plan, fetch: 1.0);
                Pair(plan, fetch: 1.1);
                Pair(plan, fetch: 1.2);
                Add(plan, "work-100", "work", 100, []);
            },
            maxSize: 2);

        Assert.Equal(TimeSpan.FromSeconds(1.1), StartOf(run, "extract-1"));
        Assert.Equal([2, 1], _sizes);
    }

    [Fact]
    public void One_that_fails_before_it_comes_is_not_waited_for()
    {
        using SimulatedRun run = Run(plan =>
        {
            Pair(plan, fetch: 1.0);
            SubtaskRef broken = Add(plan, "broken-1_5", "broken", 1.5, []);
            Add(plan, "extract-of-broken", "extract", 4, [broken]);
            Add(plan, "work-100", "work", 100, []);
        });

        Assert.Equal(TimeSpan.FromSeconds(1.5), StartOf(run, "extract-1"));
        Assert.Equal(SubtaskState.Skipped, run.Result["extract-of-broken"].State);
    }

    [Fact]
    public void A_forecast_knows_batches()
    {
        RunSimulation simulation = Create(BatchHold.WhenOthersAreDue, 16, out _, options => options.Runs.MaxParallelism = 1);

        using SimulatedRun run = simulation.Run(TaskPlan.Create(plan => Array.ForEach([1, 2, 3, 4], number => Add(plan, $"extract-{number}", "extract", 4, []))), seed: 1);

        Assert.Equal(TimeSpan.FromSeconds(4), run.Elapsed);
        Assert.Equal(TimeSpan.FromSeconds(4), run.Services.GetRequiredService<ITaskOrchestrator>().Forecast(run.Result.Plan).Makespan);
    }

    private static SubtaskRef Add(TaskPlanBuilder plan, string id, string taskType, double estimate, IEnumerable<SubtaskRef> after) =>
        plan.Add(id, taskType, id, after: after, options: new() { EstimatedDuration = TimeSpan.FromSeconds(estimate) });

    private static SubtaskRef Pair(TaskPlanBuilder plan, double fetch, double? estimate = null)
    {
        string seconds = fetch.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Add(plan, $"extract-{seconds}".Replace('.', '_'), "extract", 4, [Add(plan, $"fetch-{seconds}".Replace('.', '_'), "work", estimate ?? fetch, [])]);
    }

    private static TimeSpan StartOf(SimulatedRun run, string id) =>
        run.Events.OfType<AttemptStarted>().First(started => started.SubtaskId == id).Time - run.Events[0].Time;

    private SimulatedRun Run(Action<TaskPlanBuilder> plan, BatchHold hold = BatchHold.WhenOthersAreDue, int maxSize = 16)
    {
        SimulatedRun run = Create(hold, maxSize, out List<int> sizes).Run(TaskPlan.Create(plan), seed: 1);
        _sizes.AddRange(sizes);
        return run;
    }

    private static RunSimulation Create(BatchHold hold, int maxSize, out List<int> sizes, Action<AgentOrchestrationOptions>? options = null)
    {
        List<int> calls = sizes = [];
        return new RunSimulation(services => services.AddAgentOrchestration(all =>
            {
                all.Runs.MaxParallelism = 100;
                options?.Invoke(all);
            })
            .AddTaskType("work", "Takes its time.", (string id, TaskContext context, CancellationToken stop) => SleepAsync(id, context.TimeProvider, stop))
            .AddTaskType<string, string>("broken", "Takes its time, and fails.", async (id, context, stop) =>
            {
                await SleepAsync(id, context.TimeProvider, stop);
                throw new InvalidDataException("Broken.");
            })
            .AddBatchTaskType(
                "extract", "Takes four seconds.",
                async (IReadOnlyList<string> ids, BatchContext context, CancellationToken stop) =>
                {
                    calls.Add(ids.Count);
                    await Task.Delay(TimeSpan.FromSeconds(4), context.TimeProvider, stop);
                    return (IReadOnlyList<string>)ids;
                },
                type =>
                {
                    type.Effect = TaskEffect.Pure;
                    type.Batch.Hold = hold;
                    type.Batch.MaxSize = maxSize;
                }));
    }

    private static async ValueTask<string> SleepAsync(string id, TimeProvider timeProvider, CancellationToken stop)
    {
        double seconds = double.Parse(id[(id.IndexOf('-', StringComparison.Ordinal) + 1)..].Replace('_', '.'), System.Globalization.CultureInfo.InvariantCulture);
        await Task.Delay(TimeSpan.FromSeconds(seconds), timeProvider, stop);
        return id;
    }
}
