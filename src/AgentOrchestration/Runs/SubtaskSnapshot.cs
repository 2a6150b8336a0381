using AgentOrchestration.Plans;

namespace AgentOrchestration.Runs;

/// <summary>One subtask of a run at one moment.</summary>
/// <param name="Subtask">The subtask as the plan has it.</param>
/// <param name="State">Where it stands.</param>
public sealed record SubtaskSnapshot(Subtask Subtask, SubtaskState State)
{
    /// <summary>The number of attempts started so far.</summary>
    public int Attempts { get; init; }

    /// <summary>The output, when it succeeded: an instance of the task type's output type.</summary>
    public object? Output { get; init; }

    /// <summary>Where the output came from, when it succeeded.</summary>
    public OutputOrigin Origin { get; init; }

    /// <summary>Why it failed, or why its latest attempt did.</summary>
    public SubtaskError? Error { get; init; }

    /// <summary>The id of the subtask that failed, when this one was skipped for it.</summary>
    public string? SkippedBecauseOf { get; init; }

    /// <summary>Whether it was cancelled while its code went on.</summary>
    public bool Abandoned { get; init; }

    /// <summary>The progress it reported last, from 0 to 1; <see langword="null"/> when it reported none.</summary>
    public double? Progress { get; init; }

    /// <summary>When its first attempt started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it reached its terminal state.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How long it took from the start of its first attempt to its end, pauses between attempts included.</summary>
    public TimeSpan? Duration => EndedAt - StartedAt;
}
