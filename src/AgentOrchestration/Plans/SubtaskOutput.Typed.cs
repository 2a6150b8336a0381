using System.Text.Json.Nodes;
using AgentOrchestration.Plans;

namespace AgentOrchestration;

/// <summary>Refers to the output of a subtask, or to a part of it, with its type.</summary>
/// <typeparam name="TOutput">The type of the output or the part. That it is this type is the word of the one who makes the reference.</typeparam>
/// <param name="output">The reference without its type.</param>
/// <example>
/// <code>
/// SubtaskRef&lt;Table&gt; sales = plan.Add&lt;ReadTable&gt;("sales").With(new CsvFile("sales.csv"));
/// SubtaskOutput&lt;IReadOnlyList&lt;Row&gt;&gt; rows = sales.Output(table =&gt; table.Rows);
/// plan.Add&lt;Check&gt;("checks").ForEach(rows);
/// </code>
/// </example>
public sealed class SubtaskOutput<TOutput>(SubtaskOutput output) : ISubtaskOutput<TOutput>, IUntypedOutput
{
    /// <summary>Drops the type.</summary>
    /// <param name="output">The reference.</param>
    /// <returns>The same reference.</returns>
    public static implicit operator SubtaskOutput(SubtaskOutput<TOutput> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        return output.ToSubtaskOutput();
    }

    /// <summary>Writes the reference as it is in arguments: <c>{"$output": "id/pointer"}</c>.</summary>
    /// <param name="output">The reference.</param>
    /// <returns>A new JSON object.</returns>
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
