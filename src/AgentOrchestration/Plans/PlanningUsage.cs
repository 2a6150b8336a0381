namespace AgentOrchestration.Plans;

/// <summary>What planning has used for a request; with a plan in place of one that was run, both are counted.</summary>
public sealed record PlanningUsage
{
    /// <summary>How often the decomposer was asked. Default: 0.</summary>
    public int Rounds { get; init; }

    /// <summary>Tokens sent to models, over all rounds. Default: 0.</summary>
    public long InputTokens { get; init; }

    /// <summary>Tokens that models wrote, over all rounds. Default: 0; that also means that a plan came from a cache or a template.</summary>
    public long OutputTokens { get; init; }

    /// <summary>
    /// Whether tokens are estimated, because the chat client did not say how many there were or the answer was left before its end: one for
    /// each 4 bytes of text. Default: no.
    /// </summary>
    public bool IsEstimated { get; init; }

    /// <summary>From the first question to the last answer, without what was run in between. Default: 0.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Input and output tokens together; the greatest number when it is more.</summary>
    public long Tokens => TokenCount.Sum(InputTokens, OutputTokens);
}
