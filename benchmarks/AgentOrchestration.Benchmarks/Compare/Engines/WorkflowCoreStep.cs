using WorkflowCore.Interface;
using WorkflowCore.Models;

namespace AgentOrchestration.Benchmarks.Compare.Engines;

/// <summary>A task as a step.</summary>
internal sealed class WorkflowCoreStep(TaskBody body, WorkflowCoreResults results) : StepBodyAsync
{
    public override async Task<ExecutionResult> RunAsync(IStepExecutionContext context)
    {
        results.Keep(context.Step.Id, await body.RunAsync());
        return ExecutionResult.Next();
    }
}
