using AgentOrchestration.Execution.Attempts;

namespace AgentOrchestration.Testing.Simulation;

/// <summary>Knows whose code runs, and which attempts are out. The outermost of all middleware.</summary>
internal sealed class SimulatedAttempts(SimulationThread thread) : TaskMiddleware
{
    public override async ValueTask<object?> InvokeAsync(TaskContext context, TaskDelegate next, CancellationToken cancellationToken)
    {
        var flow = new SimulatedFlow(thread, $"'{context.Subtask.Id}' (attempt {context.Attempt})");
        SimulatedFlow.Current = flow;
        thread.Out.Add(flow);
        try
        {
            return await next(context, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            thread.Out.Remove(flow);
        }
    }
}
