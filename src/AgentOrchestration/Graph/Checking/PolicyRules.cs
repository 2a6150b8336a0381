namespace AgentOrchestration.Graph.Checking;

/// <summary>What a subtask's own policy must keep to.</summary>
internal static class PolicyRules
{
    private const int MostAttempts = 10_000;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    public static string? WhyInvalid(SubtaskPolicy policy) =>
        policy.MaxAttempts is < 1 or > MostAttempts ? $"It has {policy.MaxAttempts} attempts; it needs 1 to {MostAttempts}."
        : WhyInvalid(policy.Timeout, "timeout") ?? WhyInvalid(policy.TotalTimeout, "total timeout") ?? WhyInvalid(policy.IdleTimeout, "idle timeout");

    private static string? WhyInvalid(TimeSpan? limit, string what) =>
        limit is null || (limit > TimeSpan.Zero && limit <= Longest) ? null : $"Its {what} is {limit}; it must be greater than zero and at most {Longest}.";
}
