using System.Diagnostics;
using AgentOrchestration.Execution;
using AgentOrchestration.Runs;

namespace AgentOrchestration.Monitoring;

/// <summary>The activities of the library. An attempt's is ambient for the code it runs, so that chat calls show inside it.</summary>
internal static class RunTracing
{
    private const string RunIdTag = "agent_orchestration.run.id";
    private const string OutcomeTag = "agent_orchestration.outcome";

    public static ActivitySource Source { get; } = new(OrchestrationDiagnostics.ActivitySourceName);

    /// <summary>Starts the activity of a run; it is current until the caller's method returns, for the executor to capture.</summary>
    /// <param name="runId">The run, where its id is known before it is made.</param>
    public static Activity? StartRun(string? runId) =>
        Source.HasListeners() ? Source.StartActivity(ActivityKind.Internal, tags: runId is null ? [] : [new(RunIdTag, runId)], name: "orchestration.run") : null;

    /// <summary>Names the run that has started.</summary>
    public static void Started(Activity? activity, string runId) => activity?.SetTag(RunIdTag, runId);

    public static void EndRun(Activity activity, IRunHandle run, RunOutcome outcome)
    {
        activity.SetTag("agent_orchestration.subtasks", run.Graph.Count);
        activity.SetTag(OutcomeTag, outcome.ToString());
        activity.SetStatus(outcome == RunOutcome.Succeeded ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        activity.Dispose();
    }

    /// <summary>Ends the activity of a run that did not start or resume.</summary>
    public static void EndRefused(Activity activity, Exception exception)
    {
        activity.SetTag(OutcomeTag, "Refused");
        activity.SetTag("error.type", exception.GetType().FullName);
        activity.SetStatus(ActivityStatusCode.Error, exception.Message);
        activity.Dispose();
    }

    /// <summary>Ends the activity of a run that continues elsewhere or later. Only what was not asked for is an error.</summary>
    public static void EndDetached(Activity activity, IRunHandle run, Exception? exception)
    {
        activity.SetTag("agent_orchestration.subtasks", run.Graph.Count);
        activity.SetTag(OutcomeTag, "Detached");
        activity.SetTag("agent_orchestration.detached.reason", exception?.Message);
        if (exception?.InnerException is { } cause)
        {
            activity.SetTag("error.type", cause.GetType().FullName);
            activity.SetStatus(ActivityStatusCode.Error, exception.Message);
        }

        activity.Dispose();
    }

    /// <summary>Ends the activity of a run that had ended before and is only read.</summary>
    public static void EndRead(Activity activity, IRunHandle run)
    {
        activity.SetTag("agent_orchestration.subtasks", run.Graph.Count);
        activity.SetTag(OutcomeTag, "Read");
        activity.Dispose();
    }
}
