using System.Collections.Concurrent;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Execution.Run;

/// <summary>Reads the commands to all runs that are driven here, once a second, as long as there is such a run. Safe for concurrent use.</summary>
/// <param name="executor">The executor of the runs.</param>
/// <param name="inbox">The inbox of their store.</param>
internal sealed class CommandInbox(LocalExecutor executor, IRunInbox inbox)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How many are read at once: who floods a run holds up the others by no more.</summary>
    private const int MostAtOnce = 1000;

    private readonly ConcurrentDictionary<string, RunCommands> _runs = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private IDisposable? _looks;
    private bool _isReading;
    private string? _lastFailure;

    /// <summary>Reads what was sent to a run before this process drives it. A command that is damaged keeps no run from continuing.</summary>
    /// <exception cref="RunStoreException">The store cannot be read now.</exception>
    public async Task<IReadOnlyList<RunCommand>> ReadAsync(string runId, CancellationToken cancellationToken)
    {
        try
        {
            return await inbox.ReadCommandsAsync([runId], MostAtOnce, cancellationToken).ConfigureAwait(false);
        }
        catch (RunStoreException exception) when (!exception.IsTransient)
        {
            ExecutionLog.InboxNotRead(executor.Logger, exception);
            return [];
        }
    }

    /// <summary>Reads the commands to a run from now on, until it is over.</summary>
    public void Add(RunCommands run)
    {
        _runs[run.RunId] = run;
        lock (_gate)
        {
            _looks ??= executor.Workers.Repeat(executor.TimeProvider, Interval, Look);
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            foreach (RunCommands run in _runs.Values.Where(run => run.IsOver))
            {
                _runs.TryRemove(KeyValuePair.Create(run.RunId, run));
            }

            if (_runs.IsEmpty)
            {
                _looks?.Dispose();
                _looks = null;
                return;
            }

            if (_isReading)
            {
                return;
            }

            _isReading = true;
        }

        executor.Workers.Queue(() => _ = ReadAllAsync());
    }

    /// <returns>Whether the commands were read, or have to wait; <see langword="false"/> when those of some run cannot be read.</returns>
    private async Task<bool> TryReadAsync(string[] runs, bool isLast)
    {
        try
        {
            IReadOnlyList<RunCommand> commands = await inbox.ReadCommandsAsync(runs, MostAtOnce, CancellationToken.None).ConfigureAwait(false);
            foreach (IGrouping<string, RunCommand> sent in commands.GroupBy(command => command.RunId, StringComparer.Ordinal))
            {
                if (_runs.TryGetValue(sent.Key, out RunCommands? run))
                {
                    run.TakeSoon([.. sent]);
                }
            }

            _lastFailure = null;
            return true;
        }
        catch (Exception exception)
        {
            if (exception is RunStoreException { IsTransient: false } && !isLast)
            {
                return false;
            }

            // The commands wait, and so do those who have sent them. It is said once.
            if (_lastFailure != exception.Message)
            {
                _lastFailure = exception.Message;
                ExecutionLog.InboxNotRead(executor.Logger, exception);
            }

            return true;
        }
    }

    private async Task ReadAllAsync()
    {
        string[] runs = [.. _runs.Keys];
        try
        {
            if (!await TryReadAsync(runs, isLast: runs.Length == 1).ConfigureAwait(false))
            {
                // A damaged command of one run keeps no other run from its own.
                foreach (string runId in runs)
                {
                    await TryReadAsync([runId], isLast: true).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                _isReading = false;
            }
        }
    }
}
