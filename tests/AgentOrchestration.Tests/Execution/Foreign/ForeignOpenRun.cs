using AgentOrchestration.Execution;
using AgentOrchestration.Graph;

namespace AgentOrchestration.Tests.Execution.Foreign;

/// <summary>A handle that its library does not know, of a run whose plan is still being written.</summary>
internal sealed class ForeignOpenRun(IOpenRun inner) : ForeignRun(inner), IOpenRun
{
    public bool TryExtendPlan(Subtask subtask) => inner.TryExtendPlan(subtask);

    public ValueTask<bool> TryCompletePlanAsync(TaskGraph graph, CancellationToken cancellationToken) => inner.TryCompletePlanAsync(graph, cancellationToken);
}
