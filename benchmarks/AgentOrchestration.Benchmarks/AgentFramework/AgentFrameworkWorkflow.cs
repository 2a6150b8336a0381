using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Graphs;
using Microsoft.Agents.AI.Workflows;

namespace AgentOrchestration.Benchmarks.AgentFramework;

/// <summary>A graph as a workflow of Microsoft Agent Framework, with its edges of one, of many, and its barriers.</summary>
internal sealed class AgentFrameworkWorkflow
{
    private readonly Workflow _workflow;
    private readonly Answer?[] _results;

    public AgentFrameworkWorkflow(ShapedGraph graph, Func<int, CancellationToken, ValueTask<Answer>> work)
    {
        _results = new Answer?[graph.Count];
        ExecutorBinding[] steps = [.. Enumerable.Range(0, graph.Count).Select(task => Step(
            $"t{task}",
            Math.Max(1, graph.Dependencies[task].Length),
            async stop => _results[task] = await work(task, stop)))];
        ExecutorBinding start = graph.Roots.Length == 1
            ? steps[graph.Roots[0]]
            : Step("start", 1, static _ => new ValueTask<Answer>(Answer.Instance));
        var builder = new WorkflowBuilder(start);
        if (graph.Roots.Length > 1)
        {
            builder.AddFanOutEdge(start, graph.Roots.Select(root => steps[root]));
        }

        for (int task = 0; task < graph.Count; task++)
        {
            AddEdges(builder, graph, steps, task);
        }

        _workflow = builder.Build();
    }

    public int ResultCount => _results.Count(result => ReferenceEquals(result, Answer.Instance));

    /// <summary>Runs it to its end. Dispose the run.</summary>
    public ValueTask<Run> RunAsync(CancellationToken cancellationToken) =>
        InProcessExecution.RunAsync(_workflow, Answer.Instance, cancellationToken: cancellationToken);

    /// <summary>Runs it to its end, with a checkpoint after every superstep. Dispose the run.</summary>
    public ValueTask<Run> RunAsync(CheckpointManager checkpoints, CancellationToken cancellationToken) =>
        InProcessExecution.RunAsync(_workflow, Answer.Instance, checkpoints, cancellationToken: cancellationToken);

    public void ForgetResults() => Array.Clear(_results);

    private static ExecutorBinding Step(string id, int messages, Func<CancellationToken, ValueTask<Answer>> work) =>
        new AgentFrameworkStep(id, messages, work).BindExecutor();

    /// <summary>The barrier before a task, if it waits for several, and the edges to those that wait for it alone.</summary>
    private static void AddEdges(WorkflowBuilder builder, ShapedGraph graph, ExecutorBinding[] steps, int task)
    {
        if (graph.Dependencies[task].Length > 1)
        {
            builder.AddFanInBarrierEdge(graph.Dependencies[task].Select(dependency => steps[dependency]), steps[task]);
        }

        ExecutorBinding[] alone = [.. graph.Successors[task].Where(successor => graph.Dependencies[successor].Length == 1).Select(successor => steps[successor])];
        if (alone.Length == 1)
        {
            builder.AddEdge(steps[task], alone[0]);
        }
        else if (alone.Length > 1)
        {
            builder.AddFanOutEdge(steps[task], alone);
        }
    }
}
