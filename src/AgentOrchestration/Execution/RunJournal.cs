using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Journal;

namespace AgentOrchestration.Execution;

/// <summary>
/// The journal of a run that is driven here: writes its facts under its lease, in order. One append at a time.
/// </summary>
/// <param name="store">Where.</param>
/// <param name="lease">The lease of the run.</param>
/// <param name="timeProvider">The clock.</param>
#pragma warning disable CA1001 // Its timer ends with CloseAsync or StopRenewing, whichever way the run ends.
internal sealed class RunJournal(IRunStore store, RunLease lease, TimeProvider timeProvider)
#pragma warning restore CA1001
{
    /// <summary>How long a lease is good: another process goes on with a run that long after its own has died.</summary>
    public static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(30);

    /// <summary>Larger outputs stand beside the journal, so that reading it stays cheap.</summary>
    private const int LargestOutput = 16 * 1024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<(int Subtask, int Attempt), JsonElement> _outputs = [];
    private RunLease _lease = lease;
    private ITimer? _renewal;
    private bool _isRenewing;
    private bool _isReleased;

    public string RunId { get; } = lease.RunId;

    /// <summary>How many events there are.</summary>
    public long Written { get; set; }

    /// <summary>Keeps an output until the fact that it belongs to is written.</summary>
    public void Keep(int subtask, int attempt, JsonElement output) => _outputs[(subtask, attempt)] = output;

    /// <summary>The fact never came, because the output did not count.</summary>
    public void Forget(int subtask, int attempt) => _outputs.TryRemove((subtask, attempt), out _);

    /// <summary>Renews the lease as long as the run is driven here.</summary>
    /// <param name="onLost">Called when another has taken the run, or nothing is known of the lease until it has expired.</param>
    public void HoldLease(Action<string, Exception?> onLost)
    {
        TimeSpan period = LeaseDuration / 3;
        _renewal ??= timeProvider.CreateTimer(_ => _ = RenewAsync(onLost), null, period, period);
    }

    public void StopRenewing() => Interlocked.Exchange(ref _renewal, null)?.Dispose();

    /// <summary>Appends facts. Tries again as long as the store says that it is only busy, and the lease is good.</summary>
    /// <exception cref="RunStoreException">They could not be appended; they may have been all the same.</exception>
    public async Task<AppendOutcome> AppendAsync(ReadOnlyMemory<RunFact> facts)
    {
        JournalAppend append = AppendOf(facts.Span);
        TimeSpan pause = FirstPause;
        for (bool isRepeated = false; ; isRepeated = true)
        {
            try
            {
                AppendOutcome outcome = await store.AppendAsync(append with { Lease = Volatile.Read(ref _lease) }, CancellationToken.None).ConfigureAwait(true);
                if (outcome == AppendOutcome.WrongSequence && isRepeated && await HasHappenedAsync(append).ConfigureAwait(true))
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
            catch (RunStoreException exception) when (exception.IsTransient && timeProvider.GetUtcNow() + pause < Volatile.Read(ref _lease).ExpiresAt)
            {
                await Task.Delay(pause, timeProvider).ConfigureAwait(true);
                pause *= 2;
            }
        }
    }

    /// <summary>Gives the lease back, so that another can go on at once. A store that fails keeps it until it expires.</summary>
    public async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _isReleased, true))
        {
            return;
        }

        StopRenewing();
        try
        {
            await store.ReleaseLeaseAsync(Volatile.Read(ref _lease), CancellationToken.None).ConfigureAwait(true);
        }
        catch (Exception)
        {
            // It expires. Whatever the store throws, the run has ended or is left.
        }
    }

    /// <summary>An append that was said to have failed may have happened; under our lease nobody else appends.</summary>
    private async Task<bool> HasHappenedAsync(JournalAppend append)
    {
        StoredRun? run = await store.FindAsync(RunId, CancellationToken.None).ConfigureAwait(true);
        return run?.Lease?.Token == append.Lease.Token && run.Sequence == append.Sequence + append.Events.Count;
    }

    private async Task RenewAsync(Action<string, Exception?> onLost)
    {
        RunLease current = Volatile.Read(ref _lease);
        if (Interlocked.Exchange(ref _isRenewing, true))
        {
            // The renewal before this one has not been answered: another may have the run by now.
            if (timeProvider.GetUtcNow() >= current.ExpiresAt && Volatile.Read(ref _renewal) is not null)
            {
                onLost("its lease could not be renewed in time.", null);
            }

            return;
        }

        try
        {
            if (await store.RenewLeaseAsync(current, LeaseDuration, CancellationToken.None).ConfigureAwait(true) is { } renewed)
            {
                Volatile.Write(ref _lease, renewed);
            }
            else if (Volatile.Read(ref _renewal) is not null)
            {
                onLost("another process has taken it over.", null);
            }
        }
        catch (Exception exception)
        {
            if (timeProvider.GetUtcNow() >= Volatile.Read(ref _lease).ExpiresAt && Volatile.Read(ref _renewal) is not null)
            {
                onLost("its lease could not be renewed.", exception);
            }
        }
        finally
        {
            Volatile.Write(ref _isRenewing, false);
        }
    }

    private JournalAppend AppendOf(ReadOnlySpan<RunFact> facts)
    {
        var events = new ReadOnlyMemory<byte>[facts.Length];
        List<JournalBlob> blobs = [];
        for (int i = 0; i < facts.Length; i++)
        {
            events[i] = JournalJson.Write(Write(facts[i], blobs));
        }

        return new JournalAppend
        {
            Lease = Volatile.Read(ref _lease),
            Sequence = Written,
            Events = events,
            Blobs = blobs,
            Outcome = facts[^1].Kind == RunFactKind.RunEnded ? (RunOutcome)facts[^1].Detail : null,
        };
    }

    private JournalEvent Write(in RunFact fact, List<JournalBlob> blobs)
    {
        if (fact is not { Kind: RunFactKind.SubtaskSucceeded, Payload: not SharedOutput })
        {
            return JournalFacts.Write(fact);
        }

        JsonElement output = _outputs.TryGetValue((fact.Subtask, fact.Attempt), out JsonElement kept)
            ? kept
            : throw new InvalidOperationException($"The output of subtask {fact.Subtask} was not kept.");
        ReadOnlySpan<byte> content = JsonMarshal.GetRawUtf8Value(output);
        if (content.Length <= LargestOutput)
        {
            return JournalFacts.WriteOutput(fact, output);
        }

        string name = Convert.ToHexString(SHA256.HashData(content));
        blobs.Add(new JournalBlob(name, content.ToArray()));
        return JournalFacts.WriteLargeOutput(fact, name);
    }

    private void Forget(ReadOnlySpan<RunFact> facts)
    {
        foreach (RunFact fact in facts)
        {
            if (fact.Kind == RunFactKind.SubtaskSucceeded)
            {
                Forget(fact.Subtask, fact.Attempt);
            }
        }
    }
}
