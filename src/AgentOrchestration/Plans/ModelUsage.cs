namespace AgentOrchestration.Tasks;

/// <summary>Describes what calls of one model used. A number that no call has reported is <see langword="null"/>, which is not the same as 0.</summary>
/// <remarks>
/// Cached and cache-written tokens are part of the input, and reasoning tokens are part of the output, as in <c>UsageDetails</c> of
/// Microsoft.Extensions.AI.
/// </remarks>
public sealed record ModelUsage
{
    /// <summary>Gets the name of the model, as its endpoint or the caller gave it.</summary>
    /// <value>The default value is <see langword="null"/>: nobody has named it.</value>
    public string? Model { get; init; }

    /// <summary>Gets the number of calls.</summary>
    /// <value>The default value is 1.</value>
    public long Calls { get; init; } = 1;

    /// <summary>Gets the number of tokens sent to the model, cached ones included.</summary>
    /// <value>The default value is <see langword="null"/>: not reported.</value>
    public long? InputTokens { get; init; }

    /// <summary>Gets the number of input tokens that were read from the endpoint's prompt cache.</summary>
    /// <value>The default value is <see langword="null"/>: not reported.</value>
    public long? CachedInputTokens { get; init; }

    /// <summary>Gets the number of input tokens that were written to the endpoint's prompt cache.</summary>
    /// <value>The default value is <see langword="null"/>: not reported.</value>
    public long? CacheWriteTokens { get; init; }

    /// <summary>Gets the number of tokens that the model wrote, those of its reasoning included.</summary>
    /// <value>The default value is <see langword="null"/>: not reported.</value>
    public long? OutputTokens { get; init; }

    /// <summary>Gets the number of output tokens that the model's reasoning took.</summary>
    /// <value>The default value is <see langword="null"/>: not reported.</value>
    public long? ReasoningTokens { get; init; }

    /// <summary>Gets what the calls with a known price cost, in the unit of the prices.</summary>
    /// <value>The default value is <see langword="null"/>: the price of none is known.</value>
    public decimal? Cost { get; init; }

    /// <summary>Gets the number of calls whose price is known: <see cref="Cost"/> is of those.</summary>
    /// <value>The default value is 0.</value>
    public long PricedCalls { get; init; }

    /// <summary>Gets the number of calls that a batch endpoint has answered, at a lower price.</summary>
    /// <value>The default value is <see langword="null"/>: none.</value>
    public long? DeferredCalls { get; init; }

    /// <summary>Gets what those calls would have cost more at the model's endpoint.</summary>
    /// <value>In the unit of the prices. The default value is <see langword="null"/>: nothing, or the prices are not known.</value>
    public decimal? BatchDiscount { get; init; }

    /// <summary>Adds the usage of other calls of the same model.</summary>
    /// <param name="other">The other usage.</param>
    /// <returns>The sum, of each number at most the greatest value of its type; a number that only one of them has is that number.</returns>
    /// <exception cref="ArgumentException"><paramref name="other"/> is of another model.</exception>
    public ModelUsage Add(ModelUsage other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return other.Model == Model
            ? Plus(other)
            : throw new ArgumentException($"The usage is of the model '{other.Model}', not '{Model}'. Add usages of different models with {nameof(TaskUsage)}.", nameof(other));
    }

    /// <summary>Says which number is negative, or that more calls are priced than there are; <see langword="null"/> when nothing is wrong.</summary>
    internal string? WhyInvalid()
    {
        (string Name, decimal? Value)[] numbers =
        [
            ("calls", Calls), ("inputTokens", InputTokens), ("cachedInputTokens", CachedInputTokens), ("cacheWriteTokens", CacheWriteTokens),
            ("outputTokens", OutputTokens), ("reasoningTokens", ReasoningTokens), ("cost", Cost), ("pricedCalls", PricedCalls),
            ("deferredCalls", DeferredCalls), ("batchDiscount", BatchDiscount),
        ];
        return Array.Find(numbers, static number => number.Value < 0) is { Name: { } name } negative ? $"'{name}' of the model '{Model}' is {negative.Value}; it must not be negative."
            : PricedCalls > Calls ? $"'pricedCalls' of the model '{Model}' is {PricedCalls}, of {Calls} calls."
            : null;
    }

    /// <summary>A part of it, rounded down.</summary>
    internal ModelUsage PartOf(int of) => this with
    {
        Calls = Calls / of,
        InputTokens = InputTokens / of,
        CachedInputTokens = CachedInputTokens / of,
        CacheWriteTokens = CacheWriteTokens / of,
        OutputTokens = OutputTokens / of,
        ReasoningTokens = ReasoningTokens / of,
        Cost = Cost is { } cost ? UsageSum.PartOf(cost, of) : null,
        PricedCalls = PricedCalls / of,
        DeferredCalls = DeferredCalls / of,
        BatchDiscount = BatchDiscount is { } discount ? UsageSum.PartOf(discount, of) : null,
    };

    /// <summary>What is left without another; a number that only the other has is below zero.</summary>
    internal ModelUsage Minus(ModelUsage other) => this with
    {
        Calls = Calls - other.Calls,
        InputTokens = UsageSum.Difference(InputTokens, other.InputTokens),
        CachedInputTokens = UsageSum.Difference(CachedInputTokens, other.CachedInputTokens),
        CacheWriteTokens = UsageSum.Difference(CacheWriteTokens, other.CacheWriteTokens),
        OutputTokens = UsageSum.Difference(OutputTokens, other.OutputTokens),
        ReasoningTokens = UsageSum.Difference(ReasoningTokens, other.ReasoningTokens),
        Cost = UsageSum.Difference(Cost, other.Cost),
        PricedCalls = PricedCalls - other.PricedCalls,
        DeferredCalls = UsageSum.Difference(DeferredCalls, other.DeferredCalls),
        BatchDiscount = UsageSum.Difference(BatchDiscount, other.BatchDiscount),
    };

    internal ModelUsage Plus(ModelUsage other) => this with
    {
        Calls = UsageSum.Of(Calls, other.Calls),
        InputTokens = UsageSum.Of(InputTokens, other.InputTokens),
        CachedInputTokens = UsageSum.Of(CachedInputTokens, other.CachedInputTokens),
        CacheWriteTokens = UsageSum.Of(CacheWriteTokens, other.CacheWriteTokens),
        OutputTokens = UsageSum.Of(OutputTokens, other.OutputTokens),
        ReasoningTokens = UsageSum.Of(ReasoningTokens, other.ReasoningTokens),
        Cost = UsageSum.Of(Cost, other.Cost),
        PricedCalls = UsageSum.Of(PricedCalls, other.PricedCalls),
        DeferredCalls = UsageSum.Of(DeferredCalls, other.DeferredCalls),
        BatchDiscount = UsageSum.Of(BatchDiscount, other.BatchDiscount),
    };
}
