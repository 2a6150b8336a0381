namespace AgentOrchestration.Tasks;

/// <summary>A task type was asked for by a name that is not registered.</summary>
public sealed class UnknownTaskTypeException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="name">The name asked for.</param>
    /// <param name="known">The names that are registered.</param>
    public UnknownTaskTypeException(string name, IEnumerable<string> known)
        : base($"There is no task type '{name}'. Registered: {string.Join(", ", known)}.") => Name = name;

    /// <summary>Gets the name that is not registered.</summary>
    /// <value>The name as it was given.</value>
    public string Name { get; }
}
