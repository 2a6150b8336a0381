namespace AgentOrchestration.Benchmarks.Compare.Engines;

/// <summary>The body as a handler class that needs another service of its scope.</summary>
[TaskType(OurLibrary.TaskType, Description = "Runs the body.")]
internal sealed class BodyHandler(BodyService service) : ITaskHandler<None, Answer>
{
    public ValueTask<Answer> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => service.Body.RunAsync();
}
