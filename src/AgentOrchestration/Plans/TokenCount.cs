namespace AgentOrchestration.Plans;

/// <summary>Numbers of tokens. They come from endpoints, which can report anything.</summary>
internal static class TokenCount
{
    /// <summary>Adds two numbers: neither counts below zero, and a sum that no number holds is the greatest number.</summary>
    public static long Sum(long left, long right)
    {
        (left, right) = (Math.Max(0, left), Math.Max(0, right));
        return left > long.MaxValue - right ? long.MaxValue : left + right;
    }
}
