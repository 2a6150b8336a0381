namespace AgentOrchestration.Tasks;

/// <summary>Describes the usage of models and money.</summary>
/// <param name="InputTokens">Tokens sent to models.</param>
/// <param name="OutputTokens">Tokens that models wrote.</param>
/// <param name="Cost">What it cost, in the application's own unit.</param>
public sealed record TaskUsage(long InputTokens, long OutputTokens, decimal Cost)
{
    /// <summary>Gets the usage of an attempt that uses nothing.</summary>
    /// <value>Zero of everything.</value>
    public static TaskUsage None { get; } = new(0, 0, 0);

    /// <summary>Gets the number of input and output tokens together.</summary>
    /// <value>At most <see cref="long.MaxValue"/>, also when the sum is greater.</value>
    public long Tokens => Sum(InputTokens, OutputTokens);

    /// <summary>Adds two usages.</summary>
    /// <param name="other">The other.</param>
    /// <returns>The sum; of each number at most the greatest value of its type.</returns>
    public TaskUsage Add(TaskUsage other)
    {
        ArgumentNullException.ThrowIfNull(other);
        decimal cost = Cost > decimal.MaxValue - other.Cost ? decimal.MaxValue : Cost + other.Cost;
        return new TaskUsage(Sum(InputTokens, other.InputTokens), Sum(OutputTokens, other.OutputTokens), cost);
    }

    private static long Sum(long left, long right) => left > long.MaxValue - right ? long.MaxValue : left + right;
}
