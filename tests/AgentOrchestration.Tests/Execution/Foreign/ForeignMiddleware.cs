using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Execution.Foreign;

/// <summary>Hands a context of its own to the rest of the attempt.</summary>
internal sealed class ForeignMiddleware : TaskMiddleware
{
    public override ValueTask<object?> InvokeAsync(TaskContext context, TaskDelegate next, CancellationToken cancellationToken) =>
        next(new ForeignContext(context), cancellationToken);

    private sealed class ForeignContext(TaskContext inner) : DelegatingTaskContext(inner);
}
