using System.Diagnostics;
using AgentOrchestration.Execution;
using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Monitoring;

/// <summary>An activity around every attempt.</summary>
internal sealed class TracingMiddleware : TaskMiddleware
{
    public override bool IsActive => RunTracing.Source.HasListeners();

    public override ValueTask<object?> InvokeAsync(TaskContext context, TaskDelegate next, CancellationToken cancellationToken) =>
        RunTracing.Source.HasListeners() ? TraceAsync(context, next, cancellationToken) : next(context, cancellationToken);

    private static async ValueTask<object?> TraceAsync(TaskContext context, TaskDelegate next, CancellationToken cancellationToken)
    {
        using Activity? activity = RunTracing.Source.StartActivity("orchestration.attempt");
        activity?.SetTag("agent_orchestration.run.id", context.RunId);
        activity?.SetTag("agent_orchestration.subtask.id", context.Subtask.Id);
        activity?.SetTag("agent_orchestration.task_type", context.TaskType.Name);
        activity?.SetTag("agent_orchestration.attempt", context.Attempt);
        try
        {
            object? output = await next(context, cancellationToken).ConfigureAwait(false);
            activity?.SetStatus(ActivityStatusCode.Ok);
            return output;
        }
        catch (Exception exception)
        {
            activity?.SetTag("error.type", exception.GetType().FullName);
            activity?.SetStatus(ActivityStatusCode.Error, SubtaskError.From(exception, context.Redact).Message);
            throw;
        }
    }
}
