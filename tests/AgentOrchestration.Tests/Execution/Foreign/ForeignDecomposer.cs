using AgentOrchestration.Planning;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Tests.Execution.Foreign;

/// <summary>A decomposer that its library does not know: it passes every call on.</summary>
internal sealed class ForeignDecomposer(ITaskDecomposer inner) : ITaskDecomposer
{
    public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken) =>
        inner.DecomposeAsync(request, refusal, cancellationToken);

    public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, Action<Subtask> onSubtask, CancellationToken cancellationToken) =>
        inner.DecomposeAsync(request, refusal, onSubtask, cancellationToken);
}
