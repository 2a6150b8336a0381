using System.Diagnostics;
using AgentOrchestration.Graph;
using AgentOrchestration.Runs;

namespace AgentOrchestration.Monitoring;

/// <summary>The activities of the library. An attempt's is ambient for the code it runs, so that chat calls show inside it.</summary>
internal static class RunTracing
{
    public static ActivitySource Source { get; } = new(OrchestrationDiagnostics.ActivitySourceName);

    /// <summary>Starts the activity of a run; it is current until the caller's method returns, for the executor to capture.</summary>
    public static Activity? StartRun(TaskGraph graph) =>
        Source.HasListeners()
            ? Source.StartActivity("orchestration.run")?.SetTag("agent_orchestration.subtasks", graph.Count)
            : null;

    public static void EndRun(Activity activity, string runId, RunOutcome outcome)
    {
        activity.SetTag("agent_orchestration.run.id", runId);
        activity.SetTag("agent_orchestration.outcome", outcome.ToString());
        activity.SetStatus(outcome == RunOutcome.Succeeded ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        activity.Dispose();
    }
}
