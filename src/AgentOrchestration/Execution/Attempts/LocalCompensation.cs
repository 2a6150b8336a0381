using AgentOrchestration.Execution.Run;

namespace AgentOrchestration.Execution.Attempts;

/// <summary>One try to undo the work of a subtask.</summary>
internal sealed class LocalCompensation(LocalRun run, int index, int number)
#pragma warning disable CA2000 // Needs no disposal, see CancellationSourcePool.
    : LocalContext(run, index, number, CancellationSourcePool.Create())
#pragma warning restore CA2000
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the code has returned.</summary>
    public Task Ended => _ended.Task;

    public void End() => _ended.TrySetResult();

    /// <summary>Runs the code. Never throws.</summary>
    /// <returns>Why the work could not be undone, or <see langword="null"/>.</returns>
    public async Task<Exception?> RunAsync()
    {
        Exception? error = null;
        try
        {
            await TaskType.Invoker.CompensateAsync(Run.Environment.FixedInputs.Bind(Index), Run.Environment.OutputOf(Index), this, StopSource.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            error = exception;
        }

        try
        {
            if (TakeScope() is { } scope)
            {
                await EndAsync(scope).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            error ??= exception;
        }

        return error;
    }

    public override void ReportProgress(double fraction, string? message = null)
    {
        // Nothing waits for the progress of a compensation.
    }
}
