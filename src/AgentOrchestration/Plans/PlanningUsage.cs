namespace AgentOrchestration.Plans;

/// <summary>Describes what planning has used for a request; with a plan in place of one that was run, both are counted.</summary>
public sealed record PlanningUsage
{
    /// <summary>Gets the number of times that the decomposer was called, and of the answers in which a model requested schemas of task types.</summary>
    /// <value>The default value is 0.</value>
    public int Rounds { get; init; }

    /// <summary>Gets the number of tokens sent to models, over all rounds.</summary>
    /// <value>The default value is 0.</value>
    public long InputTokens { get; init; }

    /// <summary>Gets the number of tokens that models wrote, over all rounds.</summary>
    /// <value>The default value is 0, also for a plan from a cache or a template.</value>
    public long OutputTokens { get; init; }

    /// <summary>
    /// Gets a value that indicates whether the tokens are estimated, one for each 4 bytes of text, because the chat client did not report them or the
    /// answer was interrupted.
    /// </summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool IsEstimated { get; init; }

    /// <summary>Gets the time from the first request to the last answer, without the time in which the plan was run in between.</summary>
    /// <value>The default value is zero.</value>
    public TimeSpan Duration { get; init; }

    /// <summary>Gets the number of input and output tokens together.</summary>
    /// <value>At most <see cref="long.MaxValue"/>, also when the sum is greater.</value>
    public long Tokens => TokenCount.Sum(InputTokens, OutputTokens);
}
