namespace AgentOrchestration.Tasks.Prices;

/// <summary>A price, and those for calls with a longer input.</summary>
/// <param name="Base">The price of calls with a short input.</param>
/// <param name="Tiers">Lengths of inputs above which another price holds for the whole call, in ascending order.</param>
internal sealed record TieredPrice(ModelPrice Base, IReadOnlyList<(long Above, ModelPrice Price)> Tiers)
{
    public ModelPrice For(long inputTokens) => Tiers.LastOrDefault(tier => inputTokens > tier.Above).Price ?? Base;
}
