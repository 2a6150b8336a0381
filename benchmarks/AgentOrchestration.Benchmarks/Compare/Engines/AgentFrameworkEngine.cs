using AgentOrchestration.Benchmarks.AgentFramework;
using AgentOrchestration.Benchmarks.Graphs;
using Microsoft.Agents.AI.Workflows;

namespace AgentOrchestration.Benchmarks.Compare.Engines;

/// <summary>Microsoft.Agents.AI.Workflows in process, as <c>InProcessExecution.RunAsync</c> runs it by default.</summary>
internal sealed class AgentFrameworkEngine(ShapedGraph graph, TaskBody body) : ComparedEngine
{
    private readonly AgentFrameworkWorkflow _workflow = new(graph, (_, _) => body.RunAsync());
    private Run? _run;

    public override async Task RunAsync() => _run = await _workflow.RunAsync(CancellationToken.None);

    public override int CountResults() => _workflow.ResultCount;

    public override async ValueTask ResetAsync()
    {
        _workflow.ForgetResults();
        if (_run is not null)
        {
            await _run.DisposeAsync();
            _run = null;
        }
    }
}
