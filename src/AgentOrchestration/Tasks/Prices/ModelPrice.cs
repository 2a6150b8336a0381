namespace AgentOrchestration.Tasks.Prices;

/// <summary>Describes what the tokens of a model cost, each kind for itself.</summary>
/// <param name="InputPerToken">An input token; <see langword="null"/> when the price is not known.</param>
/// <param name="OutputPerToken">An output token; <see langword="null"/> when the price is not known.</param>
/// <param name="CachedInputPerToken">An input token that was read from the endpoint's prompt cache; <see langword="null"/>: as any input token.</param>
/// <param name="CacheWritePerToken">An input token that was written to the endpoint's prompt cache; <see langword="null"/>: as any input token.</param>
/// <param name="ReasoningPerToken">An output token of the model's reasoning; <see langword="null"/>: as any output token.</param>
public sealed record ModelPrice(
    decimal? InputPerToken,
    decimal? OutputPerToken,
    decimal? CachedInputPerToken = null,
    decimal? CacheWritePerToken = null,
    decimal? ReasoningPerToken = null)
{
    /// <summary>Gets the price of calls that a batch endpoint answers.</summary>
    /// <value>The default value is <see langword="null"/>: it is not known, so they count as any call.</value>
    public ModelPrice? Batched { get; init; }

    /// <summary>Computes what calls cost.</summary>
    /// <param name="usage">What they used.</param>
    /// <returns>
    /// (input − cached − written) × input + cached × cached + written × written + (output − reasoning) × output + reasoning × reasoning;
    /// <see langword="null"/> when no tokens were reported, or a price of some that were is not known.
    /// </returns>
    public decimal? CostOf(ModelUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        if (usage.InputTokens is null && usage.OutputTokens is null)
        {
            return null;
        }

        long input = usage.InputTokens ?? 0;
        long cached = Math.Min(usage.CachedInputTokens ?? 0, input);
        long written = Math.Min(usage.CacheWriteTokens ?? 0, input - cached);
        long output = usage.OutputTokens ?? 0;
        long reasoning = Math.Min(usage.ReasoningTokens ?? 0, output);
        return Cost(input - cached - written, InputPerToken)
            + Cost(cached, CachedInputPerToken ?? InputPerToken)
            + Cost(written, CacheWritePerToken ?? InputPerToken)
            + Cost(output - reasoning, OutputPerToken)
            + Cost(reasoning, ReasoningPerToken ?? OutputPerToken);
    }

    private static decimal? Cost(long tokens, decimal? price) => tokens <= 0 ? 0 : tokens * price;
}
