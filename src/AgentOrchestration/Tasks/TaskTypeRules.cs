using AgentOrchestration.Plans;
using AgentOrchestration.Tasks.Batching;

namespace AgentOrchestration.Tasks;

/// <summary>What every registered task type must keep to.</summary>
internal static class TaskTypeRules
{
    private const int MostAttempts = 10_000;

    // Timers end at about 49 days.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static void Check(string name, TaskTypeOptions options, TaskInvoker invoker, Type outputType)
    {
        ArgumentNullException.ThrowIfNull(name);
        Require(SubtaskId.IsValid(name), name, "its name must be 1 to 64 of A-Z a-z 0-9 _ -.");
        Require(Enum.IsDefined(options.Effect), name, $"{options.Effect} is not a valid effect.");
        Require(options.Resources is not null, name, "its resources are null; use ResourceRequirements.None for nothing.");
        Require(options.Endpoint is null || SubtaskId.IsValid(options.Endpoint), name, $"the name of its endpoint, '{options.Endpoint}', must be 1 to 64 of A-Z a-z 0-9 _ -.");
        RequireLimit(options.Timeout, name, "timeout");
        RequireLimit(options.TotalTimeout, name, "total timeout");
        RequireLimit(options.IdleTimeout, name, "idle timeout");
        Require(options.MaxConcurrency is null or >= 1, name, $"its concurrency is {options.MaxConcurrency}; it must be at least 1.");
        Require(options.ConcurrencyKey is null || options.MaxConcurrency is not null, name, "it has a concurrency key, but no MaxConcurrency to count by it.");
        Require(options.ExpectedUsage is { InputTokens: >= 0, OutputTokens: >= 0, Cost: >= 0 }, name, "its expected usage is null or negative.");
        Require(options.CacheTimeToLive is not { } cached || cached > TimeSpan.Zero, name, $"its cached results are valid for {options.CacheTimeToLive}; it must be greater than zero.");
        Require(
            options.CacheTimeToLive is null || options.Effect is TaskEffect.Pure or TaskEffect.Read, name,
            $"its results are cached, but its effect is {options.Effect}; only {nameof(TaskEffect.Pure)} and {nameof(TaskEffect.Read)} can be cached.");
        Require(
            options.Fallback is null || options.Effect != TaskEffect.Irreversible, name,
            $"it has a fallback, but its effect is {options.Effect}: a subtask that takes the value for the output cannot know whether the work was done.");
        Require(options.Fallback?.WhyNot(outputType) is null, name, $"its fallback {options.Fallback?.WhyNot(outputType)}.");
        CheckRetry(name, options.Retry);
        if (invoker.Batch is not null)
        {
            CheckBatch(name, options);
        }
    }

    private static void CheckBatch(string name, TaskTypeOptions options)
    {
        Require(
            options.Effect is TaskEffect.Pure or TaskEffect.Read, name,
            $"its code takes several subtasks in one call, but its effect is {options.Effect}: a batch that fails is tried again in parts, so declare {nameof(TaskEffect.Pure)} or {nameof(TaskEffect.Read)}, or let the code take one subtask.");
        Require(options.Batch.MaxSize >= 1, name, $"its batches have at most {options.Batch.MaxSize} subtasks; it must be at least 1.");
        Require(Enum.IsDefined(options.Batch.Hold), name, $"{options.Batch.Hold} is not a valid {nameof(BatchHold)}.");
        Require(Enum.IsDefined(options.Batch.WhenBroken), name, $"{options.Batch.WhenBroken} is not a valid {nameof(BrokenBatch)}.");
    }

    private static void CheckRetry(string name, RetryOptions retry)
    {
        Require(retry.MaxAttempts is >= 1 and <= MostAttempts, name, $"it has {retry.MaxAttempts} attempts; it needs 1 to {MostAttempts}.");
        Require(retry.Delay >= TimeSpan.Zero, name, $"its retry delay is {retry.Delay}; it must not be negative.");
        Require(retry.MaxDelay >= retry.Delay, name, $"its longest retry delay, {retry.MaxDelay}, is below its first, {retry.Delay}.");
        Require(retry.MaxDelay <= Longest, name, $"its longest retry delay is {retry.MaxDelay}; it must be at most {Longest}.");
        Require(retry.Jitter is >= 0 and <= 1, name, $"its jitter is {retry.Jitter}; it must be from 0 to 1.");
        Require(retry.ShouldRetry is not null && retry.RetryAfter is not null, name, "its retry rule is null.");
    }

    private static void RequireLimit(TimeSpan? limit, string name, string what) =>
        Require(limit is null || (limit > TimeSpan.Zero && limit <= Longest), name, $"its {what} is {limit}; it must be greater than zero and at most {Longest}.");

    private static void Require(bool kept, string name, string why)
    {
        if (!kept)
        {
            throw new ArgumentException($"The task type '{name}' cannot be registered: {why}");
        }
    }
}
