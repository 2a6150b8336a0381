using AgentOrchestration.Graph;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Snapshots;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Execution.Following;

/// <summary>
/// A run that another process drives, or nobody yet: its events come from its journal, which is read again and again, and what is asked of it goes
/// through the inbox of the store. It never drives the run. It has no ticks (progress, streamed text): they are in no journal.
/// </summary>
internal sealed class FollowedRun : IRunHandle
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly IRunStore _store;
    private readonly TimeProvider _timeProvider;
    private readonly TaskPlan _plan;
    private readonly DateTimeOffset _createdAt;
    private readonly TaskGraph? _graph;
    private readonly JournalEventReader _reader;
    private readonly FollowedEvents _events;
    private readonly CommandSender _sender;
    private readonly TaskCompletionSource<RunOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = new();
    private Task _following = Task.CompletedTask;

    /// <param name="run">The run as its store knows it.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="graph">Its plan, checked; <see langword="null"/> when it does not pass the checks in this process.</param>
    /// <param name="store">The store.</param>
    /// <param name="reader">Reads its journal.</param>
    /// <param name="workers">Where readers continue.</param>
    /// <param name="timeProvider">The clock.</param>
    public FollowedRun(StoredRun run, TaskPlan plan, TaskGraph? graph, IRunStore store, JournalEventReader reader, WorkerPool workers, TimeProvider timeProvider)
    {
        RunId = run.RunId;
        _createdAt = run.CreatedAt;
        _plan = plan;
        _graph = graph;
        _store = store;
        _reader = reader;
        _timeProvider = timeProvider;
        _events = new FollowedEvents(new RunSignal(workers));
        _sender = new CommandSender(run.RunId, store.Inbox, timeProvider, _completion.Task);
        _ = _completion.Task.ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
    }

    /// <inheritdoc/>
    public string RunId { get; }

    /// <inheritdoc/>
    public TaskPlan Plan => _plan;

    /// <inheritdoc/>
    public TaskGraph Graph => _graph ?? throw new InvalidOperationException(
        $"The plan of the run {Excerpt.Of(RunId)} does not pass the checks of this process, most likely because a task type is not registered here; it can be followed and controlled, and nothing else.");

    /// <inheritdoc/>
    public Task<RunOutcome> Completion => _completion.Task;

    /// <inheritdoc/>
    public bool HadEnded { get; private set; }

    /// <summary>Reads what the journal holds now, and follows it from then on.</summary>
    /// <exception cref="RunStoreException">The journal cannot be read.</exception>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        await ReadOnAsync(cancellationToken).ConfigureAwait(false);
        HadEnded = _completion.Task.IsCompleted;
        _following = FollowAsync();
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<RunEvent> WatchAsync(CancellationToken cancellationToken) => _events.ReadAsync(0, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RunEvent> WatchAsync(long from, CancellationToken cancellationToken) => _events.ReadAsync(from, cancellationToken);

    /// <inheritdoc/>
    public RunSnapshot GetSnapshot() => _events.ToArray() is { Length: > 0 } events
        ? RunSnapshot.Fold(events)
        : new RunSnapshotBuilder(new RunStarted(RunId, _plan) { Sequence = 0, Time = _createdAt }).Build();

    /// <inheritdoc/>
    public async ValueTask CancelAsync(CancellationToken cancellationToken) =>
        await _sender.SendAsync(new CommandDocument { Command = CommandKind.Cancel }, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask CancelAsync(string subtaskId, CancellationToken cancellationToken) =>
        await _sender.SendAsync(new CommandDocument { Command = CommandKind.CancelSubtask, Subtask = subtaskId }, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask<bool> DecideAsync(string subtaskId, string fingerprint, bool isApproved, string? by, string? reason, CancellationToken cancellationToken) => _sender.SendAsync(
        new CommandDocument { Command = CommandKind.Decide, Subtask = subtaskId, Fingerprint = fingerprint, IsApproved = isApproved, By = by, Reason = reason }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> PauseAsync(string? reason, CancellationToken cancellationToken) =>
        _sender.SendAsync(new CommandDocument { Command = CommandKind.Pause, Reason = reason }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> ContinueAsync(CancellationToken cancellationToken) => _sender.SendAsync(new CommandDocument { Command = CommandKind.Continue }, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> ExtendBudgetAsync(RunBudget budget, CancellationToken cancellationToken) =>
        _sender.SendAsync(new CommandDocument { Command = CommandKind.ExtendBudget, Budget = BudgetDocument.From(budget) }, cancellationToken);

    /// <summary>Follows the run no longer. It continues.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        End(new RunDetachedException(RunId, "it is followed here no longer."));
        _end.Dispose();
    }

    private async Task FollowAsync()
    {
        TimeSpan pause = ShortestPause;
        while (!_completion.Task.IsCompleted)
        {
            try
            {
                await Task.Delay(pause, _timeProvider, _end.Token).ConfigureAwait(false);
                pause = await ReadOnAsync(_end.Token).ConfigureAwait(false) ? ShortestPause : Longer(pause);
            }
            catch (RunStoreException exception) when (exception.IsTransient)
            {
                pause = Longer(pause);
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                End(exception);
            }
        }
    }

    /// <returns>Whether there was something new.</returns>
    private async Task<bool> ReadOnAsync(CancellationToken cancellationToken)
    {
        int before = _events.Count;
        try
        {
            await foreach (ReadOnlyMemory<byte> content in _store.ReadAsync(RunId, before, cancellationToken).ConfigureAwait(false))
            {
                RunEvent next = await _reader.ReadAsync(content, cancellationToken).ConfigureAwait(false);
                _events.Add(next);
                if (next is RunEnded ended)
                {
                    _events.Complete();
                    _completion.TrySetResult(ended.Outcome);
                }
            }
        }
        finally
        {
            _events.Show();
        }

        return _events.Count > before;
    }

    /// <summary>The run cannot be followed any further.</summary>
    private void End(Exception exception)
    {
        _completion.TrySetException(exception);
        _events.Complete();
    }

    private static TimeSpan Longer(TimeSpan pause) => pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;
}
