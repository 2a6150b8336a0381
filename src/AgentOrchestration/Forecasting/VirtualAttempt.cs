using AgentOrchestration.Tasks;

namespace AgentOrchestration.Forecasting;

/// <summary>How an attempt goes in virtual time.</summary>
/// <param name="Duration">How long its code takes.</param>
/// <param name="Error">Why it fails; <see langword="null"/> when it succeeds.</param>
internal readonly record struct VirtualAttempt(TimeSpan Duration, SubtaskError? Error = null)
{
    public object? Output { get; init; }

    public TaskUsage? Usage { get; init; }

    /// <summary>Whether the error is worth another attempt.</summary>
    public bool IsFinal { get; init; }

    /// <summary>Whether only the code of its batch fails.</summary>
    public bool IsBatchBroken { get; init; }

    /// <summary>Whether it reports progress all the time, so that it is never idle.</summary>
    public bool ReportsProgress { get; init; }

    /// <summary>After which time it first shows progress; <see langword="null"/> for never.</summary>
    public TimeSpan? FirstProgress { get; init; }

    /// <summary>How long the code goes on after it was told to stop; <see langword="null"/> when it does not listen.</summary>
    public TimeSpan? StopsAfter { get; init; } = TimeSpan.Zero;
}
