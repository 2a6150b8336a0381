using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// The journal of a run that is driven here: writes its facts under its lease, in order. One append at a time.
/// </summary>
/// <param name="store">The store of the run.</param>
/// <param name="lease">The lease of the run.</param>
/// <param name="renewal">Renews the lease.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class RunJournal(IRunStore store, HeldLease lease, LeaseRenewal renewal, TimeProvider timeProvider)
{
    /// <summary>Larger outputs stand beside the journal, so that reading it stays cheap.</summary>
    private const int LargestOutput = 16 * 1024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<(int Subtask, int Attempt), JsonElement> _outputs = [];

    // Few runs have any.
    private ConcurrentDictionary<(int Subtask, int Attempt), JournalBlob>? _blobs;
    private ConcurrentDictionary<(int Subtask, int Attempt), CachePlace>? _places;

    public string RunId { get; } = lease.RunId;

    /// <summary>How far the run has come by its events.</summary>
    public JournalProgress Progress { get; } = new();

    /// <summary>How many events there are.</summary>
    public long Written { get; set; }

    /// <summary>Keeps an output until the fact that it belongs to is written.</summary>
    public void Keep(int subtask, int attempt, JsonElement output)
    {
        ReadOnlySpan<byte> content = JsonMarshal.GetRawUtf8Value(output);
        if (content.Length <= LargestOutput)
        {
            _blobs?.TryRemove((subtask, attempt), out _);
            _outputs[(subtask, attempt)] = output;
            return;
        }

        // Copied once, here: the element can go, and the store is given the copy.
        var blobs = _blobs ?? Interlocked.CompareExchange(ref _blobs, [], null) ?? _blobs;
        blobs[(subtask, attempt)] = new JournalBlob(Convert.ToHexString(SHA256.HashData(content)), content.ToArray());
    }

    /// <summary>Keeps where the result cache keeps an output, until its fact is written.</summary>
    public void KeepPlace(int subtask, int attempt, CachePlace place) =>
        (_places ?? Interlocked.CompareExchange(ref _places, [], null) ?? _places)[(subtask, attempt)] = place;

    /// <summary>The fact never came, because the output did not count.</summary>
    public void Forget(int subtask, int attempt)
    {
        _places?.TryRemove((subtask, attempt), out _);
        if (!_outputs.TryRemove((subtask, attempt), out _))
        {
            _blobs?.TryRemove((subtask, attempt), out _);
        }
    }

    /// <summary>Renews the lease as long as the run is driven here.</summary>
    /// <param name="onLost">Called when another has taken the run, or the lease is over before the store has renewed it.</param>
    public void HoldLease(Action<string, Exception?> onLost) => renewal.Add(lease, onLost);

    public void StopRenewing() => renewal.Drop(lease);

    /// <summary>Appends facts, and the answers to the commands that they follow from. Tries again as long as the store says that it is only busy, and the lease is valid.</summary>
    /// <exception cref="RunStoreException">They could not be appended; they may have been all the same.</exception>
    public async Task<AppendOutcome> AppendAsync(ReadOnlyMemory<RunFact> facts, IReadOnlyList<CommandAnswer> answers)
    {
        JournalAppend append = AppendOf(facts.Span) with { Answers = answers };
        TimeSpan pause = FirstPause;
        for (bool isRepeated = false; ; isRepeated = true)
        {
            try
            {
                AppendOutcome outcome = await store.AppendAsync(append with { Lease = lease.Lease }, CancellationToken.None).ConfigureAwait(false);
                if (outcome == AppendOutcome.WrongSequence && isRepeated && await HasHappenedAsync(append).ConfigureAwait(false))
                {
                    outcome = AppendOutcome.Appended;
                }

                if (outcome == AppendOutcome.Appended)
                {
                    Written += facts.Length;
                    Forget(facts.Span);
                }

                return outcome;
            }
            catch (RunStoreException exception) when (exception.IsTransient && pause < lease.Left())
            {
                await Task.Delay(pause, timeProvider).ConfigureAwait(false);
                pause *= 2;
            }
        }
    }

    /// <summary>Releases the lease, so that another process can continue at once.</summary>
    public Task CloseAsync()
    {
        StopRenewing();
        return lease.ReleaseAsync();
    }

    /// <summary>An append that was said to have failed may have happened; under our lease nobody else appends.</summary>
    private async Task<bool> HasHappenedAsync(JournalAppend append)
    {
        StoredRun? run = await store.FindAsync(RunId, CancellationToken.None).ConfigureAwait(false);
        return run?.Lease?.Token == append.Lease.Token && run.Sequence == append.Sequence + append.Events.Count;
    }

    private JournalAppend AppendOf(ReadOnlySpan<RunFact> facts)
    {
        var events = new ReadOnlyMemory<byte>[facts.Length];
        List<JournalBlob> blobs = [];
        SortedSet<string>? taskTypes = null;
        for (int i = 0; i < facts.Length; i++)
        {
            RunFact stored = Stored(facts[i], blobs);
            events[i] = JournalCodec.Write(stored);
            if (stored.Payload is AddedPlan added)
            {
                (taskTypes ??= new SortedSet<string>(StringComparer.Ordinal)).UnionWith(RunHeader.NamesOf(added.TaskTypes));
            }
        }

        return new JournalAppend
        {
            Lease = lease.Lease,
            Sequence = Written,
            Events = events,
            Blobs = blobs,
            TaskTypes = taskTypes ?? (IReadOnlyCollection<string>)[],
            Progress = Progress.Add(facts),
            Outcome = !facts.IsEmpty && facts[^1].Kind == RunFactKind.RunEnded ? (RunOutcome)facts[^1].Detail : null,
        };
    }

    /// <summary>The fact as the journal holds it.</summary>
    private RunFact Stored(in RunFact fact, List<JournalBlob> blobs) => fact switch
    {
        { Payload: GraphGrowth growth } => fact.With(AddedPlan.Of(growth)),
        { HasOutput: true } => fact.With(OutputOf(fact, blobs)),
        _ => fact,
    };

    private StoredOutput OutputOf(in RunFact fact, List<JournalBlob> blobs)
    {
        CachePlace? place = _places?.GetValueOrDefault((fact.Subtask, fact.Attempt));
        if (_blobs?.TryGetValue((fact.Subtask, fact.Attempt), out JournalBlob? blob) == true)
        {
            blobs.Add(blob);
            return new StoredOutput(blob.Name) { CacheKey = place?.Key, CacheEpochs = place?.Epochs };
        }

        return _outputs.TryGetValue((fact.Subtask, fact.Attempt), out JsonElement output)
            ? new StoredOutput(output) { CacheKey = place?.Key, CacheEpochs = place?.Epochs }
            : throw new InvalidOperationException($"The output of subtask {fact.Subtask} was not kept.");
    }

    private void Forget(ReadOnlySpan<RunFact> facts)
    {
        foreach (RunFact fact in facts)
        {
            if (fact.Kind is RunFactKind.SubtaskSucceeded or RunFactKind.OutputHeld)
            {
                Forget(fact.Subtask, fact.Attempt);
            }
        }
    }
}
