using AgentOrchestration.Tasks;

namespace AgentOrchestration.Planning.Model;

/// <summary>The request of a model for schemas, and what it gets.</summary>
/// <param name="Text">The request as it was written.</param>
/// <param name="TaskTypes">The task types whose schemas it gets.</param>
/// <param name="Unknown">Names that it wrote and that are no task types, as many as are worth repeating.</param>
/// <param name="IsCut">Whether more were requested than it gets.</param>
internal sealed record AnsweredRequest(string Text, IReadOnlyList<TaskDescriptor> TaskTypes, IReadOnlyList<string> Unknown, bool IsCut);
