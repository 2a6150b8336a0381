using AgentOrchestration.Tasks;

namespace AgentOrchestration;

/// <summary>
/// Represents any task type in the form of a class. Implement <see cref="ITaskHandler{TInput, TOutput}"/>, which implements this interface.
/// </summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration().AddTaskType&lt;ReadTable&gt;();      // ReadTable implements ITaskHandler&lt;CsvFile, Table&gt;
/// </code>
/// </example>
public interface ITaskHandler
{
    /// <summary>Describes the input, the output and the code of the handler, without reflection.</summary>
    /// <returns>The description.</returns>
    static abstract TaskDescriptor Describe();
}
