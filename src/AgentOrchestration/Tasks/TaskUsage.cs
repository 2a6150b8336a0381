namespace AgentOrchestration.Tasks;

/// <summary>What work used of models and money.</summary>
/// <param name="InputTokens">Tokens sent to models.</param>
/// <param name="OutputTokens">Tokens that models wrote.</param>
/// <param name="Cost">What it cost, in the application's own unit.</param>
public sealed record TaskUsage(long InputTokens, long OutputTokens, decimal Cost)
{
    /// <summary>Nothing.</summary>
    public static TaskUsage None { get; } = new(0, 0, 0);

    /// <summary>Input and output tokens together; the greatest number when it is more.</summary>
    public long Tokens => Sum(InputTokens, OutputTokens);

    /// <summary>Both together; the greatest number where it is more.</summary>
    /// <param name="other">The other.</param>
    public TaskUsage Add(TaskUsage other)
    {
        ArgumentNullException.ThrowIfNull(other);
        decimal cost = Cost > decimal.MaxValue - other.Cost ? decimal.MaxValue : Cost + other.Cost;
        return new TaskUsage(Sum(InputTokens, other.InputTokens), Sum(OutputTokens, other.OutputTokens), cost);
    }

    private static long Sum(long left, long right) => left > long.MaxValue - right ? long.MaxValue : left + right;
}
