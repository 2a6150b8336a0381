using AgentOrchestration.Tasks;

namespace AgentOrchestration.Results;

/// <summary>Holds the totals of a usage over all models. Differences may be negative.</summary>
public sealed record UsageTotal
{
    /// <summary>Gets the number of calls of models, as far as they are known.</summary>
    /// <value>Usage that was reported as numbers alone is of no call. The default value is 0.</value>
    public long Calls { get; init; }

    /// <summary>Gets the number of tokens sent to models, cached ones included.</summary>
    /// <value>The default value is 0.</value>
    public long InputTokens { get; init; }

    /// <summary>Gets the number of input tokens that were read from prompt caches of endpoints.</summary>
    /// <value>The default value is <see langword="null"/>: not reported.</value>
    public long? CachedInputTokens { get; init; }

    /// <summary>Gets the number of input tokens that were written to prompt caches of endpoints.</summary>
    /// <value>The default value is <see langword="null"/>: not reported.</value>
    public long? CacheWriteTokens { get; init; }

    /// <summary>Gets the number of tokens that models wrote, those of their reasoning included.</summary>
    /// <value>The default value is 0.</value>
    public long OutputTokens { get; init; }

    /// <summary>Gets the number of output tokens that reasoning took.</summary>
    /// <value>The default value is <see langword="null"/>: not reported.</value>
    public long? ReasoningTokens { get; init; }

    /// <summary>Gets the cost, as far as prices are known.</summary>
    /// <value>In the unit of the prices. The default value is 0.</value>
    public decimal Cost { get; init; }

    /// <summary>Gets the number of calls whose price is known.</summary>
    /// <value>The default value is 0.</value>
    public long PricedCalls { get; init; }

    /// <summary>Gets the share of <see cref="Calls"/> whose price is known: of the others the cost lacks.</summary>
    /// <value>From 0 to 1; <see langword="null"/> when there are no calls, and for a difference.</value>
    public double? PricedShare => Calls > 0 && PricedCalls >= 0 && PricedCalls <= Calls ? (double)PricedCalls / Calls : null;

    internal static UsageTotal Of(TaskUsage usage)
    {
        var sum = new ModelUsage { Calls = 0 };
        foreach (ModelUsage model in usage.Models)
        {
            sum = sum.Plus(model);
        }

        return new UsageTotal
        {
            Calls = sum.Calls,
            InputTokens = usage.InputTokens,
            CachedInputTokens = sum.CachedInputTokens,
            CacheWriteTokens = sum.CacheWriteTokens,
            OutputTokens = usage.OutputTokens,
            ReasoningTokens = sum.ReasoningTokens,
            Cost = usage.Cost,
            PricedCalls = sum.PricedCalls,
        };
    }

    internal UsageTotal Plus(UsageTotal other) => new()
    {
        Calls = UsageSum.Of(Calls, other.Calls),
        InputTokens = UsageSum.Of(InputTokens, other.InputTokens),
        CachedInputTokens = UsageSum.Of(CachedInputTokens, other.CachedInputTokens),
        CacheWriteTokens = UsageSum.Of(CacheWriteTokens, other.CacheWriteTokens),
        OutputTokens = UsageSum.Of(OutputTokens, other.OutputTokens),
        ReasoningTokens = UsageSum.Of(ReasoningTokens, other.ReasoningTokens),
        Cost = UsageSum.Of(Cost, other.Cost),
        PricedCalls = UsageSum.Of(PricedCalls, other.PricedCalls),
    };

    internal UsageTotal Minus(UsageTotal other) => new()
    {
        Calls = Calls - other.Calls,
        InputTokens = InputTokens - other.InputTokens,
        CachedInputTokens = Difference(CachedInputTokens, other.CachedInputTokens),
        CacheWriteTokens = Difference(CacheWriteTokens, other.CacheWriteTokens),
        OutputTokens = OutputTokens - other.OutputTokens,
        ReasoningTokens = Difference(ReasoningTokens, other.ReasoningTokens),
        Cost = Cost - other.Cost,
        PricedCalls = PricedCalls - other.PricedCalls,
    };

    private static long? Difference(long? left, long? right) => left is null && right is null ? null : (left ?? 0) - (right ?? 0);
}
