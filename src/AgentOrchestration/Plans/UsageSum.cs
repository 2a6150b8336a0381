namespace AgentOrchestration.Tasks;

/// <summary>Sums of usages: numbers of endpoints, which may be anything, so no sum overflows, nor does one with a difference; what one does not know, the other may.</summary>
internal static class UsageSum
{
    public static long Of(long left, long right) => right > 0 && left > long.MaxValue - right ? long.MaxValue
        : right < 0 && left < long.MinValue - right ? long.MinValue
        : left + right;

    public static long? Of(long? left, long? right) => left is { } one && right is { } other ? Of(one, other) : left ?? right;

    /// <summary>A part of an amount, with few enough digits that the parts add up to it.</summary>
    public static decimal PartOf(decimal amount, int of) => Math.Round(amount / of, 12, MidpointRounding.ToZero);

    public static decimal Of(decimal left, decimal right) => right > 0 && left > decimal.MaxValue - right ? decimal.MaxValue
        : right < 0 && left < decimal.MinValue - right ? decimal.MinValue
        : left + right;

    public static decimal? Of(decimal? left, decimal? right) => left is { } one && right is { } other ? Of(one, other) : left ?? right;

    /// <summary>One number without another; <see langword="null"/> when neither is known.</summary>
    public static long? Difference(long? left, long? right) => left is null && right is null ? null : (left ?? 0) - (right ?? 0);

    /// <inheritdoc cref="Difference(long?, long?)"/>
    public static decimal? Difference(decimal? left, decimal? right) => left is null && right is null ? null : (left ?? 0) - (right ?? 0);
}
