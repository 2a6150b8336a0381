namespace AgentOrchestration.Plans;

/// <summary>
/// A reference to the output of a subtask, or to a part of it, whose type is known: a <see cref="SubtaskRef{TOutput}"/> or a <see cref="SubtaskOutput{TOutput}"/>.
/// </summary>
/// <typeparam name="TOutput">The type of the output or the part. A reference to a list of a type is also one to the interfaces of that list.</typeparam>
public interface ISubtaskOutput<out TOutput>
{
    /// <summary>Gets the reference without its type.</summary>
    internal SubtaskOutput ToSubtaskOutput();
}
