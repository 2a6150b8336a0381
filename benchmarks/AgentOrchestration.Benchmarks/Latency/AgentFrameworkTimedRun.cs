using AgentOrchestration.Benchmarks.AgentFramework;
using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Graphs;
using Microsoft.Agents.AI.Workflows;

namespace AgentOrchestration.Benchmarks.Latency;

/// <summary>The graph as a workflow of Agent Framework; run only.</summary>
internal sealed class AgentFrameworkTimedRun(TimedGraph graph) : TimedRun
{
    private readonly AgentFrameworkWorkflow _workflow = new(graph.Graph, async (task, stop) =>
    {
        await Task.Delay(graph.Milliseconds[task], stop);
        return Answer.Instance;
    });

    public override async Task<TimeSpan> RunAsync(CancellationToken cancellationToken)
    {
        _workflow.ForgetResults();
        long start = TimeProvider.System.GetTimestamp();
        Run run = await _workflow.RunAsync(cancellationToken);
        TimeSpan elapsed = TimeProvider.System.GetElapsedTime(start);
        await run.DisposeAsync();
        return _workflow.ResultCount == graph.Graph.Count ? elapsed : throw new InvalidOperationException("The workflow did not run to its end.");
    }
}
