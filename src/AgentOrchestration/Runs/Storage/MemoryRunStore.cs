using System.Runtime.CompilerServices;

namespace AgentOrchestration.Runs.Storage;

/// <summary>Remembers runs as long as the process lives: for tests, and for runs that are handed from one host to another within it.</summary>
/// <param name="timeProvider">The clock; leases expire by its monotonic timestamps.</param>
public sealed class MemoryRunStore(TimeProvider timeProvider) : IRunStore, IRunInbox
{
    /// <summary>How many events are read at once: the first ones do not cost the whole journal.</summary>
    private const int PageLength = 64;

    private static readonly Comparer<StoredRun> OldestFirst = Comparer<StoredRun>.Create(static (one, other) => RunPlace.Compare(one.Place, other.Place));
    private static readonly Comparer<StoredRun> NewestFirst = Comparer<StoredRun>.Create(static (one, other) => RunPlace.Compare(other.Place, one.Place));

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _runs = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IRunInbox Inbox => this;

    /// <inheritdoc/>
    public ValueTask<RunLease?> CreateAsync(NewRun run, string owner, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        RunIds.ThrowIfInvalid(run.RunId);
        ArgumentException.ThrowIfNullOrEmpty(owner);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            var entry = new Entry(run with { Header = run.Header.ToArray(), Tags = new SortedDictionary<string, string>(run.Tags.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal), TaskTypes = [.. run.TaskTypes] }, timeProvider);
            return ValueTask.FromResult(_runs.TryAdd(run.RunId, entry) ? entry.Grant(owner, duration) : null);
        }
    }

    /// <inheritdoc/>
    public ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(append);
        append.ThrowIfInvalid();
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!_runs.TryGetValue(append.Lease.RunId, out Entry? entry) || entry.Lease?.Token != append.Lease.Token)
            {
                return ValueTask.FromResult(AppendOutcome.NotOwner);
            }

            if (entry.Events.Count != append.Sequence)
            {
                return ValueTask.FromResult(AppendOutcome.WrongSequence);
            }

            foreach (JournalBlob blob in append.Blobs)
            {
                entry.Blobs.TryAdd(blob.Name, blob.Content.ToArray());
            }

            entry.Events.AddRange(append.Events.Select(content => content.ToArray()));
            entry.TaskTypes.UnionWith(append.TaskTypes);
            foreach (CommandAnswer answer in append.Answers)
            {
                entry.Commands.Find(command => command.Command.Id == answer.CommandId)?.Take(answer);
            }

            entry.Outcome = append.Outcome ?? entry.Outcome;
            entry.Progress = append.Progress ?? entry.Progress;
            entry.UpdatedAt = timeProvider.GetUtcNow();
            return ValueTask.FromResult(AppendOutcome.Appended);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(string runId, long from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        Entry? entry = Of(runId, entry => entry);
        long end = entry is null ? 0 : CountOf(entry);
        while (from < end)
        {
            byte[][] page = PageOf(entry!, (int)from, (int)Math.Min(end - from, PageLength));
            foreach (byte[] content in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return content;
            }

            from += page.Length;
        }

        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadBlobAsync(string runId, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Of(runId, entry => entry.Blobs.GetValueOrDefault(name)) is { } found ? (ReadOnlyMemory<byte>?)found : null);
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>?> ReadHeaderAsync(string runId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Of(runId, entry => entry.Run)?.Header);
    }

    /// <inheritdoc/>
    public ValueTask<StoredRun?> FindAsync(string runId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Of(runId, entry => entry.Describe()));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredRun> ListAsync(RunQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        query.ThrowIfInvalid();
        StoredRun[] runs;
        lock (_gate)
        {
            runs =
            [
                .. _runs.Values
                    .Select(entry => entry.Describe())
                    .Where(run => Matches(run, query))
                    .Order(query.NewestFirst ? NewestFirst : OldestFirst)
                    .SkipWhile(run => query.After is { } after && RunPlace.Compare(run.Place, after) * (query.NewestFirst ? -1 : 1) <= 0)
                    .Take(query.Max ?? int.MaxValue),
            ];
        }

        foreach (StoredRun run in runs)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return run;
        }

        await ValueTask.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string runId, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return ValueTask.FromResult(
                _runs.TryGetValue(runId, out Entry? entry) && !entry.IsLeased && _runs.Remove(runId));
        }
    }

    /// <inheritdoc/>
    public ValueTask<RunLease?> AcquireLeaseAsync(string runId, string owner, TimeSpan duration, CancellationToken cancellationToken)
    {
        RunIds.ThrowIfInvalid(runId);
        ArgumentException.ThrowIfNullOrEmpty(owner);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return ValueTask.FromResult(_runs.TryGetValue(runId, out Entry? entry) && !entry.IsLeased ? entry.Grant(owner, duration) : null);
        }
    }

    /// <inheritdoc/>
    public ValueTask<RunLease?> RenewLeaseAsync(RunLease lease, TimeSpan duration, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(duration, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return ValueTask.FromResult(Latest(lease)?.Extend(duration));
        }
    }

    /// <inheritdoc/>
    public ValueTask ReleaseLeaseAsync(RunLease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            Latest(lease)?.Release();
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<bool> SendAsync(RunCommand command, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(command);
        command.ThrowIfInvalid();
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!_runs.TryGetValue(command.RunId, out Entry? entry))
            {
                return ValueTask.FromResult(false);
            }

            if (!entry.Commands.Exists(sent => sent.Command.Id == command.Id))
            {
                entry.Commands.Add(new SentCommand(command with { Content = command.Content.ToArray() }));
            }

            return ValueTask.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<RunCommand>> ReadCommandsAsync(IReadOnlyCollection<string> runIds, int max, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(runIds);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return ValueTask.FromResult<IReadOnlyList<RunCommand>>(
            [
                .. runIds.Distinct(StringComparer.Ordinal)
                    .SelectMany(runId => _runs.TryGetValue(runId, out Entry? entry) ? entry.Commands : [])
                    .Where(sent => sent.Answer is null)
                    .Select(sent => sent.Command)
                    .Take(max),
            ]);
        }
    }

    /// <inheritdoc/>
    public ValueTask<CommandAnswer?> FindAnswerAsync(string runId, Guid commandId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Of(runId, entry => entry.Commands.Find(sent => sent.Command.Id == commandId)?.Answer));
    }

    private int CountOf(Entry entry)
    {
        lock (_gate)
        {
            return entry.Events.Count;
        }
    }

    private byte[][] PageOf(Entry entry, int from, int length)
    {
        lock (_gate)
        {
            return [.. entry.Events.GetRange(from, length)];
        }
    }

    private Entry? Latest(RunLease lease)
    {
        RunIds.ThrowIfInvalid(lease.RunId);
        return _runs.TryGetValue(lease.RunId, out Entry? entry) && entry.Lease?.Token == lease.Token ? entry : null;
    }

    private TResult? Of<TResult>(string runId, Func<Entry, TResult> read)
        where TResult : class?
    {
        RunIds.ThrowIfInvalid(runId);
        lock (_gate)
        {
            return _runs.TryGetValue(runId, out Entry? entry) ? read(entry) : null;
        }
    }

    private static bool Matches(StoredRun run, RunQuery query) =>
        (query.IsEnded is not { } ended || ended == run.Outcome is not null)
        && (query.Outcome is not { } outcome || run.Outcome == outcome)
        && (query.IsLeased is not { } leased || leased == run.IsLeased)
        && (query.CreatedFrom is not { } from || run.CreatedAt >= from)
        && (query.CreatedBefore is not { } before || run.CreatedAt < before)
        && (query.UpdatedBefore is not { } updated || run.UpdatedAt < updated)
        && (query.Name is not { } name || run.Name == name)
        && RunTags.Contain(run.Tags, query.Tags);

    private sealed class Entry(NewRun run, TimeProvider timeProvider)
    {
        private long _token;
        private long _grantedAt;
        private TimeSpan _duration;

        public NewRun Run { get; } = run;

        public List<byte[]> Events { get; } = [];

        public Dictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);

        public HashSet<string> TaskTypes { get; } = new(run.TaskTypes, StringComparer.Ordinal);

        public List<SentCommand> Commands { get; } = [];

        public RunOutcome? Outcome { get; set; }

        public RunProgress Progress { get; set; } = new(0, run.Subtasks);

        public DateTimeOffset UpdatedAt { get; set; } = run.CreatedAt;

        public RunLease? Lease { get; private set; }

        public bool IsLeased => Lease is not null && timeProvider.GetElapsedTime(_grantedAt) < _duration;

        public RunLease Grant(string owner, TimeSpan duration)
        {
            Lease = new RunLease(Run.RunId, owner, ++_token, default);
            return Extend(duration);
        }

        public RunLease Extend(TimeSpan duration)
        {
            (_grantedAt, _duration) = (timeProvider.GetTimestamp(), duration);
            return Lease = Lease! with { ExpiresAt = timeProvider.GetUtcNow() + duration };
        }

        public void Release() => Lease = null;

        public StoredRun Describe() => new(Run.RunId, Run.CreatedAt, UpdatedAt, Events.Count, Outcome, Lease)
        {
            IsLeased = IsLeased,
            Name = Run.Name,
            Goal = Run.Goal,
            Tags = Run.Tags,
            TaskTypes = [.. TaskTypes],
            Progress = Progress,
        };
    }

    private sealed class SentCommand(RunCommand command)
    {
        public RunCommand Command { get; } = command;

        public CommandAnswer? Answer { get; private set; }

        public void Take(CommandAnswer answer) => Answer ??= answer with { Content = answer.Content.ToArray() };
    }
}
