using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Tasks.Deferring;

/// <summary>Batches that never come: what waits is asked at the model's endpoint, as fast as that accepts it, and the run is done in time all the same.</summary>
public sealed class DeferredDeadlineTests
{
    /// <summary>Each call has 10 tokens in and 5 out.</summary>
    private const int Calls = 12;

    /// <summary>120 tokens at 4 in a minute take half an hour.</summary>
    [Fact]
    public Task What_is_known_of_the_tokens_of_deferred_calls_counts() => IsDoneInTimeAsync(inputPerMinute: 4, outputPerMinute: null, static _ => { });

    /// <summary>60 tokens at 2 in a minute take half an hour, and the endpoint expects a fifth of them.</summary>
    [Fact]
    public Task The_tokens_that_a_task_type_expects_count() => IsDoneInTimeAsync(inputPerMinute: null, outputPerMinute: 2, static options => options.ExpectedUsage = new TaskUsage(10, 10, 0));

    private static async Task IsDoneInTimeAsync(int? inputPerMinute, int? outputPerMinute, Action<TaskTypeOptions> taskType)
    {
        await using DeferredWorld world = await DeferredWorld.CreateAsync();
        world.Batches.Time = static _ => TimeSpan.FromDays(20);
        world.TaskType = taskType;
        world.Limits = endpoint => (endpoint.InputTokensPerMinute, endpoint.OutputTokensPerMinute, endpoint.ExpectedOutputTokens) = (inputPerMinute, outputPerMinute, 1);
        world.BatchOptions = static options => (options.CollectFor, options.ExpectedTime, options.CancelTime) = (TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(10));

        RunResult result = await world.RunAsync(DeferredWorld.Plan(Calls), DeferredWorld.Within(6));

        Assert.Equal((RunOutcome.Succeeded, Calls), (result.Outcome, world.Live.Asked.Count));
        TimeSpan took = result.Subtasks.Max(subtask => subtask.EndedAt!.Value) - result.Subtasks.Min(subtask => subtask.StartedAt!.Value);
        Assert.InRange(took, TimeSpan.FromHours(2), TimeSpan.FromHours(6));
    }
}
