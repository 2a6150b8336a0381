using Microsoft.Agents.AI.Workflows;

ExecutorBinding first = ((Func<int, int>)(static number => number * 2)).BindAsExecutor("first");
ExecutorBinding second = ((Func<int, int>)(static number => number * 2)).BindAsExecutor("second");
Workflow workflow = new WorkflowBuilder(first).AddEdge(first, second).WithOutputFrom(second).Build();
await using StreamingRun run = await InProcessExecution.RunStreamingAsync(workflow, 1);
await foreach (WorkflowEvent happened in run.WatchStreamAsync())
{
    if (happened is WorkflowOutputEvent output)
    {
        Console.WriteLine(output.As<int>());
    }
}
