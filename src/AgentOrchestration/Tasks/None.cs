namespace AgentOrchestration;

/// <summary>The type of no input, or of no output.</summary>
public sealed class None
{
    private None()
    {
    }

    /// <summary>The only value.</summary>
    public static None Value { get; } = new();
}
