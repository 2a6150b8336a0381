namespace AgentOrchestration.Resources;

/// <summary>An amount of one named resource.</summary>
/// <param name="Name">The pool's name, for example <c>gpu</c>.</param>
/// <param name="Amount">
/// How much, in the pool's own unit: thousandths of a core for <see cref="ResourceNames.Cpu"/>, MiB for
/// <see cref="ResourceNames.Memory"/>, whole devices for <see cref="ResourceNames.Gpu"/>, the application's unit for others.
/// </param>
public readonly record struct ResourceAmount(string Name, long Amount)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Amount} {Name}";
}
