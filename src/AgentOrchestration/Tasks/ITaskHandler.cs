using AgentOrchestration.Tasks;

namespace AgentOrchestration;

/// <summary>
/// What all task types in the form of a class have in common. Implement <see cref="ITaskHandler{TInput, TOutput}"/>, which implements
/// this one.
/// </summary>
public interface ITaskHandler
{
    /// <summary>Says what the handler takes, returns and runs, without reflection.</summary>
    static abstract TaskDescriptor Describe();
}
