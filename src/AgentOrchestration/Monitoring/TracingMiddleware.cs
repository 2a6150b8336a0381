using System.Diagnostics;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Tasks.Deferring;

namespace AgentOrchestration.Monitoring;

/// <summary>An activity around every attempt.</summary>
internal sealed class TracingMiddleware(RunTracing tracing) : TaskMiddleware
{
    public override bool IsActive => RunTracing.IsActive;

    public override ValueTask<object?> InvokeAsync(TaskContext context, TaskDelegate next, CancellationToken cancellationToken) =>
        RunTracing.IsActive ? TraceAsync(context, next, cancellationToken) : next(context, cancellationToken);

    private async ValueTask<object?> TraceAsync(TaskContext context, TaskDelegate next, CancellationToken cancellationToken)
    {
        Activity? activity = tracing.StartAttempt(context);
        if (activity is null)
        {
            return await next(context, cancellationToken).ConfigureAwait(false);
        }

        object? output;
        try
        {
            output = await next(context, cancellationToken).ConfigureAwait(false);
        }
        catch (CallDeferredException)
        {
            // Nothing has failed: the code starts again when the answer is there.
            activity.SetTag("agent_orchestration.attempt.deferred", true);
            tracing.EndAttempt(activity, context, exception: null);
            throw;
        }
        catch (Exception exception)
        {
            tracing.EndAttempt(activity, context, exception);
            throw;
        }

        tracing.EndAttempt(activity, context, exception: null);
        return output;
    }
}
