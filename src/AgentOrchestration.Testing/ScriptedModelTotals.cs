namespace AgentOrchestration.Testing;

/// <summary>Counts what a <see cref="ScriptedModelServer"/> has been asked and has answered.</summary>
public sealed record ScriptedModelTotals
{
    /// <summary>Gets the number of requests, rejected ones included.</summary>
    /// <value>0 before the first.</value>
    public long Requests { get; init; }

    /// <summary>Gets the number of requests that were rejected with status 429.</summary>
    /// <value>0 before the first.</value>
    public long Limited { get; init; }

    /// <summary>Gets the number of requests that were rejected with status 529.</summary>
    /// <value>0 before the first.</value>
    public long Overloaded { get; init; }

    /// <summary>Gets the number of input tokens, cached ones included.</summary>
    /// <value>Of requests that were not rejected.</value>
    public long InputTokens { get; init; }

    /// <summary>Gets the number of input tokens that were read from the prompt cache.</summary>
    /// <value>A part of <see cref="InputTokens"/>.</value>
    public long CachedInputTokens { get; init; }

    /// <summary>Gets the number of input tokens that were written to the prompt cache.</summary>
    /// <value>A part of <see cref="InputTokens"/>.</value>
    public long CacheWriteTokens { get; init; }

    /// <summary>Gets the number of output tokens.</summary>
    /// <value>Of requests that were not rejected; those of an answer that nobody read to its end count as a whole.</value>
    public long OutputTokens { get; init; }

    /// <summary>Gets the cost of it all.</summary>
    /// <value>By the prices of the server.</value>
    public decimal Cost { get; init; }

    /// <summary>Gets the number of requests that were accepted.</summary>
    /// <value>Those neither limited nor overloaded.</value>
    public long Accepted => Requests - Limited - Overloaded;
}
