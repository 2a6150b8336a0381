using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Execution.Following;

/// <summary>
/// Sends commands to the driver of a run, and waits for the answers. A command that may not have been sent is sent again under the same id. While
/// nobody drives the run it waits.
/// </summary>
internal sealed class CommandSender(string runId, IRunInbox? inbox, TimeProvider timeProvider, Task runEnd)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <returns>Whether the command counted; <see langword="false"/> too when the run has ended before.</returns>
    /// <exception cref="ArgumentException">The command cannot be carried out.</exception>
    /// <exception cref="NotSupportedException">The store has no inbox.</exception>
    /// <exception cref="RunStoreException">The store fails; the command may have been sent.</exception>
    public async ValueTask<bool> SendAsync(CommandDocument content, CancellationToken cancellationToken)
    {
        if (inbox is null)
        {
            throw new NotSupportedException($"The run {Excerpt.Of(runId)} is driven by another process, and its store has no inbox for commands ({nameof(IRunStore)}.{nameof(IRunStore.Inbox)}).");
        }

        cancellationToken.ThrowIfCancellationRequested();
        var command = new RunCommand(runId, Guid.CreateVersion7(), timeProvider.GetUtcNow(), content.Write());
        if (!await PatientlyAsync(() => inbox.SendAsync(command, cancellationToken), cancellationToken).ConfigureAwait(false))
        {
            throw new ArgumentException($"There is no run '{Excerpt.Of(runId)}' any more.");
        }

        TimeSpan pause = FirstPause;
        while (true)
        {
            // Asked before the answer: what was answered before the end is found then.
            bool isOver = runEnd.IsCompleted;
            if (await PatientlyAsync(() => inbox.FindAnswerAsync(runId, command.Id, cancellationToken), cancellationToken).ConfigureAwait(false) is { } answer)
            {
                ReplyDocument reply = ReplyDocument.Read(answer);
                return reply.Problem is { } problem ? throw new ArgumentException(problem) : reply.Counts;
            }

            if (isOver)
            {
                return false;
            }

            await Task.WhenAny(runEnd, Task.Delay(pause, timeProvider, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            pause = Longer(pause);
        }
    }

    private async ValueTask<T> PatientlyAsync<T>(Func<ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        for (TimeSpan pause = FirstPause; ; pause = Longer(pause))
        {
            try
            {
                return await ask().ConfigureAwait(false);
            }
            catch (RunStoreException exception) when (exception.IsTransient)
            {
                await Task.Delay(pause, timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;
}
