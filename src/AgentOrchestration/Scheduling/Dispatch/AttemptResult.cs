using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>What the code of an attempt returned: an output or an error.</summary>
internal readonly struct AttemptResult
{
    /// <summary>Gets the result of code that was asked to stop before it began.</summary>
    public static AttemptResult NeverBegan { get; } = new() { Error = new SubtaskError("NeverBegan", "It was cancelled before its code began.") };

    public object? Output { get; init; }

    public SubtaskError? Error { get; init; }

    /// <summary>Whether the error is worth another attempt.</summary>
    public bool MayRetry { get; init; }

    /// <summary>How long to wait before the next attempt, by the error; <see langword="null"/> when it does not name a time.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether only the code of its batch has failed: whose fault it was is not known.</summary>
    public bool IsBatchBroken { get; init; }

    /// <summary>The calls that its code has deferred, instead of an output; <see langword="null"/> for none.</summary>
    public object? Deferred { get; init; }

    public TaskUsage? Usage { get; init; }

    /// <summary>What the attempt added to the run; counts only with an output.</summary>
    public GraphGrowth? Growth { get; init; }

    /// <summary>Whether what the attempt wanted to add was refused.</summary>
    public bool IsGrowthRefused { get; init; }
}
