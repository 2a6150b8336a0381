using AgentOrchestration;

namespace DurableWorker;

/// <summary>Changes the world outside, and takes a moment before and after.</summary>
[TaskType("step", Description = "Leaves a line in the log.")]
internal sealed class Step(EffectLog effects) : ITaskHandler<string[], string>
{
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(2);

    public async ValueTask<string> ExecuteAsync(string[] input, TaskContext context, CancellationToken cancellationToken)
    {
        await Task.Delay(Moment, cancellationToken);
        effects.Write($"effect {context.IdempotencyKey} {context.Attempt}");
        await Task.Delay(Moment, cancellationToken);
        return $"{context.Subtask.Id}:{input.Length}";
    }
}
