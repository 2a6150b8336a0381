namespace AgentOrchestration;

/// <summary>What every attempt of a task type must hold of one resource.</summary>
/// <param name="name">The pool's name.</param>
/// <param name="amount">How much, greater than zero: thousandths of a core for cpu, MiB for memory, the pool's own unit for others.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false, AllowMultiple = true)]
public sealed class RequiresResourceAttribute(string name, long amount) : Attribute
{
    /// <summary>The pool's name.</summary>
    public string Name { get; } = name;

    /// <summary>How much, in the pool's unit.</summary>
    public long Amount { get; } = amount;
}
