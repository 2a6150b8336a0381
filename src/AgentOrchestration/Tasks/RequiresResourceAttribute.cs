namespace AgentOrchestration;

/// <summary>Declares the amount of a resource that every attempt of a task type holds.</summary>
/// <param name="name">The pool's name.</param>
/// <param name="amount">How much, greater than zero: thousandths of a core for cpu, MiB for memory, the pool's own unit for others.</param>
/// <example>
/// <code>
/// [TaskType("render", Description = "Renders a page.")]
/// [RequiresResource("gpu", 1)]
/// [RequiresResource("memory", 2_048)]
/// public sealed class Render : ITaskHandler&lt;string, byte[]&gt;
/// {
///     public ValueTask&lt;byte[]&gt; ExecuteAsync(string input, TaskContext context, CancellationToken cancellationToken) =&gt; ValueTask.FromResult&lt;byte[]&gt;([]);
/// }
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class RequiresResourceAttribute(string name, long amount) : Attribute
{
    /// <summary>Gets the name of the pool.</summary>
    /// <value>1 to 64 characters of <c>A-Z a-z 0-9 _ -</c>.</value>
    public string Name { get; } = name;

    /// <summary>Gets the amount that every attempt holds.</summary>
    /// <value>In the pool's unit, at least 1.</value>
    public long Amount { get; } = amount;
}
