namespace AgentOrchestration;

/// <summary>Represents no input, or no output.</summary>
/// <example>
/// <code>
/// [TaskType("notify", Description = "Notifies the team.")]
/// public sealed class Notify : ITaskHandler&lt;string, None&gt;
/// {
///     public ValueTask&lt;None&gt; ExecuteAsync(string input, TaskContext context, CancellationToken cancellationToken)
///     {
///         Console.WriteLine(input);
///         return ValueTask.FromResult(None.Value);
///     }
/// }
/// </code>
/// </example>
public sealed class None
{
    private None()
    {
    }

    /// <summary>Gets the only value of the type.</summary>
    /// <value>Never <see langword="null"/>.</value>
    public static None Value { get; } = new();
}
