using System.Diagnostics;
using AgentOrchestration.Execution;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Monitoring;

/// <summary>
/// The activities of the library. An attempt's is ambient for the code it runs, so that chat calls show inside it. Listeners are code of others
/// that only observe: what they throw is logged, and changes nothing.
/// </summary>
internal sealed class RunTracing(ILogger<RunTracing> logger)
{
    private const string RunName = "orchestration.run";
    private const string AttemptName = "orchestration.attempt";
    private const string RunIdTag = "agent_orchestration.run.id";
    private const string OutcomeTag = "agent_orchestration.outcome";

    private static readonly ActivitySource? Source = CreateSource(OrchestrationDiagnostics.ActivitySourceName);

    /// <summary>Whether anybody listens.</summary>
    public static bool IsActive => Source?.HasListeners() == true;

    /// <summary>Starts the activity of a run; it is current until the caller's method returns, for the executor to capture.</summary>
    /// <param name="runId">The run, where its id is known before it is made.</param>
    public Activity? StartRun(string? runId) => IsActive
        ? Start(RunName, () => Source!.StartActivity(ActivityKind.Internal, tags: runId is null ? [] : [new(RunIdTag, runId)], name: RunName))
        : null;

    /// <summary>Starts the activity of an attempt; it is current until the caller's method returns.</summary>
    public Activity? StartAttempt(TaskContext context)
    {
        Activity? activity = Start(AttemptName, () => Source!.StartActivity(AttemptName));
        activity?.SetTag(RunIdTag, context.RunId);
        activity?.SetTag("agent_orchestration.subtask.id", context.Subtask.Id);
        activity?.SetTag("agent_orchestration.task_type", context.TaskType.Name);
        activity?.SetTag("agent_orchestration.attempt", context.Attempt);
        return activity;
    }

    /// <summary>Ends the activity of an attempt.</summary>
    /// <param name="activity">The activity.</param>
    /// <param name="context">The attempt.</param>
    /// <param name="exception">What its code threw; <see langword="null"/> when it succeeded.</param>
    public void EndAttempt(Activity activity, TaskContext context, Exception? exception)
    {
        if (exception is null)
        {
            activity.SetStatus(ActivityStatusCode.Ok);
        }
        else
        {
            activity.SetTag("error.type", exception.GetType().FullName);
            activity.SetStatus(ActivityStatusCode.Error, SubtaskError.From(exception, context.Redact).Message);
        }

        Stop(activity);
    }

    /// <summary>Names the run that has started.</summary>
    public static void Started(Activity? activity, string runId) => activity?.SetTag(RunIdTag, runId);

    public void EndRun(Activity activity, IRunHandle run, RunOutcome outcome)
    {
        activity.SetTag("agent_orchestration.subtasks", run.Graph.Count);
        activity.SetTag(OutcomeTag, outcome.ToString());
        activity.SetStatus(outcome == RunOutcome.Succeeded ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        Stop(activity);
    }

    /// <summary>Ends the activity of a run that did not start or resume.</summary>
    public void EndRefused(Activity activity, Exception exception)
    {
        activity.SetTag(OutcomeTag, "Refused");
        activity.SetTag("error.type", exception.GetType().FullName);
        activity.SetStatus(ActivityStatusCode.Error, SubtaskError.From(exception).Message);
        Stop(activity);
    }

    /// <summary>Ends the activity of a run that continues elsewhere or later. Only what was not asked for is an error.</summary>
    public void EndDetached(Activity activity, IRunHandle run, Exception? exception)
    {
        activity.SetTag("agent_orchestration.subtasks", run.Graph.Count);
        activity.SetTag(OutcomeTag, "Detached");
        activity.SetTag("agent_orchestration.detached.reason", exception?.Message);
        if (exception?.InnerException is { } cause)
        {
            activity.SetTag("error.type", cause.GetType().FullName);
            activity.SetStatus(ActivityStatusCode.Error, exception.Message);
        }

        Stop(activity);
    }

    /// <summary>Ends the activity of a run that had ended before and is only read.</summary>
    public void EndRead(Activity activity, IRunHandle run)
    {
        activity.SetTag("agent_orchestration.subtasks", run.Graph.Count);
        activity.SetTag(OutcomeTag, "Read");
        Stop(activity);
    }

    /// <summary>Makes the activity that was current before current again.</summary>
    public static void Restore(Activity? caller)
    {
        try
        {
            Activity.Current = caller;
        }
        catch (Exception)
        {
            // Who listens to changes of the current one threw; it is current all the same.
        }
    }

    /// <summary>Makes a source. Listeners are asked whether they listen to it: when one of them throws, there is no tracing.</summary>
    internal static ActivitySource? CreateSource(string name)
    {
        try
        {
            return new ActivitySource(name);
        }
        catch (Exception)
        {
            return null;
        }
    }

    private Activity? Start(string name, Func<Activity?> start)
    {
        Activity? caller = Activity.Current;
        try
        {
            return start();
        }
        catch (Exception exception)
        {
            MonitoringLog.ActivityListenerThrew(logger, exception, name, "started");
            Restore(caller);
            return null;
        }
    }

    private void Stop(Activity activity)
    {
        try
        {
            activity.Dispose();
        }
        catch (Exception exception)
        {
            MonitoringLog.ActivityListenerThrew(logger, exception, activity.OperationName, "ended");
        }
    }

}
