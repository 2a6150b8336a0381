using System.Diagnostics;
using AgentOrchestration.Execution;
using AgentOrchestration.Runs;

namespace AgentOrchestration.Monitoring;

/// <summary>The activities of the library. An attempt's is ambient for the code it runs, so that chat calls show inside it.</summary>
internal static class RunTracing
{
    public static ActivitySource Source { get; } = new(OrchestrationDiagnostics.ActivitySourceName);

    /// <summary>Starts the activity of a run; it is current until the caller's method returns, for the executor to capture.</summary>
    public static Activity? StartRun() => Source.HasListeners() ? Source.StartActivity("orchestration.run") : null;

    public static void EndRun(Activity activity, IRunHandle run, RunOutcome outcome)
    {
        activity.SetTag("agent_orchestration.run.id", run.RunId);
        activity.SetTag("agent_orchestration.subtasks", run.Graph.Count);
        activity.SetTag("agent_orchestration.outcome", outcome.ToString());
        activity.SetStatus(outcome == RunOutcome.Succeeded ? ActivityStatusCode.Ok : ActivityStatusCode.Error);
        activity.Dispose();
    }
}
