namespace AgentOrchestration.Graph.Binding;

/// <summary>The output of a dependency, or a part of it, that appears in arguments.</summary>
/// <param name="Subtask">The dependency's index.</param>
/// <param name="Path">A JSON pointer to the part; empty for all of it.</param>
internal readonly record struct OutputSource(int Subtask, string Path)
{
    /// <summary>Whether the dependency may have no output.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Whether null cannot stand in its place.</summary>
    public bool RefusesNull { get; init; }
}
