using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Reading;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Planning.Repair;

/// <summary>What the repair of a plan knows and collects.</summary>
/// <param name="taskTypes">The registered task types; <see langword="null"/> where no schema is to be looked at.</param>
/// <param name="isLiteral">Texts are as they are meant.</param>
internal sealed class RepairContext(ITaskTypeRegistry? taskTypes, bool isLiteral)
{
    private readonly DiagnosticList _diagnostics = new();

    /// <summary>Gets a value that indicates that texts are as they are meant, so that none becomes a reference.</summary>
    public bool IsLiteral { get; } = isLiteral;

    public PlanRepairs Repairs { get; } = new();

    /// <summary>Gets what has to be asked for, because it may mean two things.</summary>
    public IReadOnlyList<PlanDiagnostic> Diagnostics => _diagnostics.ToList();

    public void Refuse(PlanDiagnostic diagnostic) => _diagnostics.Add(diagnostic);

    /// <summary>Gets the schema of the input of a subtask, where it is known.</summary>
    public JsonSchemaNode? InputOf(Subtask subtask) =>
        taskTypes is not null && subtask.Plan is null && taskTypes.TryGet(subtask.TaskType, out TaskDescriptor? taskType) ? JsonSchemaNode.Root(taskTypes.GetInputSchema(taskType)) : null;

    /// <summary>Decides whether the output of a subtask is known to have a part of a name.</summary>
    public bool HasPart(SubtaskNames names, string id, string name) =>
        taskTypes is not null
        && names.Find(id) is { } subtask
        && OutputShape.Of(subtask, taskTypes) is { } shape
        && JsonSchemaNode.Root(shape.Schema).Keyword("properties") is { } properties
        && properties.TryGetProperty(name, out _);
}
