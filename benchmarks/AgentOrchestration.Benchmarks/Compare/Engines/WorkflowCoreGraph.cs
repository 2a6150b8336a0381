using AgentOrchestration.Benchmarks.Graphs;
using WorkflowCore.Interface;

namespace AgentOrchestration.Benchmarks.Compare.Engines;

/// <summary>A chain, or a fan-out with its fan-in, as a workflow.</summary>
internal sealed class WorkflowCoreGraph(ShapedGraph graph) : IWorkflow
{
    public const string Name = "graph";

    public string Id => Name;

    public int Version => 1;

    public void Build(IWorkflowBuilder<object> builder)
    {
        IStepBuilder<object, WorkflowCoreStep> step = builder.StartWith<WorkflowCoreStep>();
        if (graph.Shape == GraphShapes.Chain)
        {
            for (int task = 1; task < graph.Count; task++)
            {
                step = step.Then<WorkflowCoreStep>();
            }

            return;
        }

        IParallelStepBuilder<object, WorkflowCore.Primitives.Sequence> branches = step.Parallel();
        for (int task = 1; task < graph.Count - 1; task++)
        {
            branches = branches.Do(static branch => branch.StartWith<WorkflowCoreStep>());
        }

        branches.Join().Then<WorkflowCoreStep>();
    }
}
