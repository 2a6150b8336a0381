namespace AgentOrchestration.Plans;

/// <summary>
/// Represents the outputs of other subtasks in an expression that describes an input, as in
/// <c>With(outputs =&gt; new MergeInput(outputs.Of(sales).Rows, 2026))</c>. The expression is read, never run: nothing implements this interface.
/// </summary>
public interface ISubtaskOutputs
{
    /// <summary>Represents the output of a subtask, or a part of it.</summary>
    /// <typeparam name="TOutput">Its type.</typeparam>
    /// <param name="output">The reference.</param>
    /// <returns>The output. Its properties and its items at given indexes can be used in the expression.</returns>
    TOutput Of<TOutput>(ISubtaskOutput<TOutput> output);
}
