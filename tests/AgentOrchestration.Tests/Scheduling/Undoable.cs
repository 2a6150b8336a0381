namespace AgentOrchestration.Tests.Scheduling;

/// <summary>A task type whose work can be undone. In simulations its code is never called.</summary>
[TaskType("undoable", Description = "Works, and can be undone.")]
internal sealed class Undoable : ITaskHandler<None, string>, ICompensable<None, string>
{
    public ValueTask<string> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult("output");

    public ValueTask CompensateAsync(None input, string output, TaskContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
