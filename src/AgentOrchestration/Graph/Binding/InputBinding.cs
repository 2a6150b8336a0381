using System.Text.Json;

namespace AgentOrchestration.Graph.Binding;

/// <summary>How the input of a subtask is made.</summary>
/// <param name="Arguments">The arguments as the plan has them.</param>
/// <param name="Sources">What their references stand for, in document order.</param>
internal sealed record InputBinding(JsonElement Arguments, IReadOnlyList<OutputSource> Sources)
{
    /// <summary>The list to work through, when the work is done for each of its items.</summary>
    public OutputSource? List { get; init; }

    /// <summary>The list to work through, where the plan gives it.</summary>
    public InputBinding? Items { get; init; }

    /// <summary>What the condition looks at, when there is one.</summary>
    public OutputSource? Condition { get; init; }

    /// <summary>Whether references to secrets stand in the arguments.</summary>
    public bool HasSecrets { get; init; }

    /// <summary>Whether the input is the output of a dependency, and nothing else.</summary>
    public bool IsOneOutput { get; init; }
}
