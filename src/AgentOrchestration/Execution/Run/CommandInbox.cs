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

    /// <summary>Reads what was sent to a run before this process drives it.</summary>
    public ValueTask<IReadOnlyList<RunCommand>> ReadAsync(string runId, CancellationToken cancellationToken) => inbox.ReadCommandsAsync([runId], MostAtOnce, cancellationToken);

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

    private async Task ReadAllAsync()
    {
        try
        {
            IReadOnlyList<RunCommand> commands = await inbox.ReadCommandsAsync([.. _runs.Keys], MostAtOnce, CancellationToken.None).ConfigureAwait(false);
            foreach (IGrouping<string, RunCommand> sent in commands.GroupBy(command => command.RunId, StringComparer.Ordinal))
            {
                if (_runs.TryGetValue(sent.Key, out RunCommands? run))
                {
                    run.Take([.. sent]);
                }
            }
        }
        catch (Exception exception)
        {
            // The commands wait; whoever has sent them waits too.
            ExecutionLog.InboxNotRead(executor.Logger, exception);
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
