namespace AgentOrchestration.Tasks;

/// <summary>What work used of models and money.</summary>
/// <param name="InputTokens">Tokens sent to models.</param>
/// <param name="OutputTokens">Tokens that models wrote.</param>
/// <param name="Cost">What it cost, in the application's own unit.</param>
public sealed record TaskUsage(long InputTokens, long OutputTokens, decimal Cost)
{
    /// <summary>Nothing.</summary>
    public static TaskUsage None { get; } = new(0, 0, 0);

    /// <summary>Input and output tokens together.</summary>
    public long Tokens => InputTokens + OutputTokens;

    /// <summary>Both together.</summary>
    /// <param name="other">The other.</param>
    public TaskUsage Add(TaskUsage other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new TaskUsage(InputTokens + other.InputTokens, OutputTokens + other.OutputTokens, Cost + other.Cost);
    }
}
