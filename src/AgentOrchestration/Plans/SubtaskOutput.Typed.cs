using System.Text.Json.Nodes;
using AgentOrchestration.Plans;

namespace AgentOrchestration;

/// <summary>Refers to the output of a subtask, or a part of it, whose type is known.</summary>
/// <typeparam name="TOutput">The type of the output or the part. That it is this type is the word of the one who makes the reference.</typeparam>
/// <param name="output">The reference without its type.</param>
public sealed class SubtaskOutput<TOutput>(SubtaskOutput output) : ISubtaskOutput<TOutput>, IUntypedOutput
{
    /// <summary>Drops the type.</summary>
    /// <param name="output">The reference.</param>
    public static implicit operator SubtaskOutput(SubtaskOutput<TOutput> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return output.ToSubtaskOutput();
    }

    /// <summary>Writes the reference as it is in arguments: <c>{"$output": "id/pointer"}</c>.</summary>
    /// <param name="output">The reference.</param>
    public static implicit operator JsonNode(SubtaskOutput<TOutput> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return output.ToJsonNode();
    }

    /// <summary>Drops the type.</summary>
    /// <returns>A reference to the same output or part.</returns>
    public SubtaskOutput ToSubtaskOutput() => output;

    /// <summary>Writes the reference as it is in arguments: <c>{"$output": "id/pointer"}</c>.</summary>
    /// <returns>A new object.</returns>
    public JsonNode ToJsonNode() => output.ToJsonNode();

    /// <inheritdoc/>
    public override string ToString() => output.Text;
}
