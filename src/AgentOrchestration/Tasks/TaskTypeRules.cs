using AgentOrchestration.Plans;

namespace AgentOrchestration.Tasks;

/// <summary>What every registered task type must keep to.</summary>
internal static class TaskTypeRules
{
    // Timers end at about 49 days.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    public static void Check(string name, TaskTypeOptions options)
    {
        ArgumentNullException.ThrowIfNull(name);
        Require(SubtaskId.IsValid(name), name, "its name must be 1 to 64 of A-Z a-z 0-9 _ -.");
        Require(Enum.IsDefined(options.Effect), name, $"{options.Effect} is no effect.");
        Require(options.Timeout is null || (options.Timeout > TimeSpan.Zero && options.Timeout <= Longest), name, $"its timeout is {options.Timeout}; it must be greater than zero and at most {Longest}.");
        Require(options.Retry.MaxAttempts >= 1, name, $"it has {options.Retry.MaxAttempts} attempts; it needs at least 1.");
        Require(options.Retry.Delay >= TimeSpan.Zero, name, $"its retry delay is {options.Retry.Delay}; it must not be negative.");
        Require(options.Retry.MaxDelay >= options.Retry.Delay, name, $"its longest retry delay, {options.Retry.MaxDelay}, is below its first, {options.Retry.Delay}.");
        Require(options.Retry.MaxDelay <= Longest, name, $"its longest retry delay is {options.Retry.MaxDelay}; it must be at most {Longest}.");
        Require(options.Retry.Jitter is >= 0 and <= 1, name, $"its jitter is {options.Retry.Jitter}; it must be from 0 to 1.");
        Require(options.Retry.ShouldRetry is not null, name, "its retry rule is null.");
    }

    private static void Require(bool kept, string name, string why)
    {
        if (!kept)
        {
            throw new ArgumentException($"The task type '{name}' cannot be registered: {why}");
        }
    }
}
