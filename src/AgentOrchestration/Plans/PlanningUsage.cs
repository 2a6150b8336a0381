using AgentOrchestration.Tasks;

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

    /// <summary>Gets what planning has cost, as far as prices are known (<c>UsePrices</c>).</summary>
    /// <value>In the unit of the prices. The default value is 0.</value>
    public decimal Cost { get; init; }

    /// <summary>Gets what the calls used by model, as their endpoints have reported it.</summary>
    /// <value>Each model once; a number that was not reported is <see langword="null"/> there. The default value is empty.</value>
    public IReadOnlyList<ModelUsage> Models { get; init; } = [];

    /// <summary>Gets the number of input and output tokens together.</summary>
    /// <value>At most <see cref="long.MaxValue"/>, also when the sum is greater.</value>
    public long Tokens => TokenCount.Sum(InputTokens, OutputTokens);

    /// <summary>Adds what other calls have used; rounds and time stay as they are.</summary>
    internal PlanningUsage Plus(PlanningUsage other) => this with
    {
        InputTokens = TokenCount.Sum(InputTokens, other.InputTokens),
        OutputTokens = TokenCount.Sum(OutputTokens, other.OutputTokens),
        IsEstimated = IsEstimated || other.IsEstimated,
        Cost = UsageSum.Of(Cost, other.Cost),
        Models = TaskUsage.Merge(Models, other.Models),
    };

    /// <summary>Compares all numbers, those of each model too.</summary>
    /// <param name="other">The other.</param>
    /// <returns>Whether they are equal; the order of the models counts.</returns>
    public bool Equals(PlanningUsage? other) =>
        other is not null && (Rounds, InputTokens, OutputTokens, IsEstimated, Duration, Cost) == (other.Rounds, other.InputTokens, other.OutputTokens, other.IsEstimated, other.Duration, other.Cost)
        && Models.SequenceEqual(other.Models);

    /// <summary>Gets a hash of the numbers.</summary>
    /// <returns>The hash.</returns>
    public override int GetHashCode() => HashCode.Combine(Rounds, InputTokens, OutputTokens, IsEstimated, Duration, Cost, Models.Count);
}
