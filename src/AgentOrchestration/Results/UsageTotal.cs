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

    private ModelUsage AsModel => new()
    {
        Calls = Calls,
        InputTokens = InputTokens,
        CachedInputTokens = CachedInputTokens,
        CacheWriteTokens = CacheWriteTokens,
        OutputTokens = OutputTokens,
        ReasoningTokens = ReasoningTokens,
        Cost = Cost,
        PricedCalls = PricedCalls,
    };

    /// <summary>The sum over all models. Tokens and cost are those of the whole, which also counts what no model is named for.</summary>
    internal static UsageTotal Of(TaskUsage usage) =>
        From(usage.Models.Aggregate(new ModelUsage { Calls = 0 }, static (sum, model) => sum.Plus(model)) with
        {
            InputTokens = usage.InputTokens,
            OutputTokens = usage.OutputTokens,
            Cost = usage.Cost,
        });

    internal UsageTotal Plus(UsageTotal other) => From(AsModel.Plus(other.AsModel));

    internal UsageTotal Minus(UsageTotal other) => From(AsModel.Minus(other.AsModel));

    private static UsageTotal From(ModelUsage usage) => new()
    {
        Calls = usage.Calls,
        InputTokens = usage.InputTokens ?? 0,
        CachedInputTokens = usage.CachedInputTokens,
        CacheWriteTokens = usage.CacheWriteTokens,
        OutputTokens = usage.OutputTokens ?? 0,
        ReasoningTokens = usage.ReasoningTokens,
        Cost = usage.Cost ?? 0,
        PricedCalls = usage.PricedCalls,
    };
}
