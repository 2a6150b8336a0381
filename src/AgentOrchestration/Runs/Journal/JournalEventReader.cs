using System.Text.Json;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Runs.Journal;

/// <summary>Gives the events of a journal their names, without the types that outputs had.</summary>
internal sealed class JournalEventReader
{
    private readonly IRunStore _store;
    private readonly string _runId;
    private readonly TaskPlan _plan;
    private readonly List<string> _ids;
    private readonly HashSet<string> _known;
    private readonly Dictionary<int, JsonElement> _outputs = [];
    private long _sequence;
    private long? _latest;
    private bool _hasEnded;

    /// <exception cref="RunStoreException">The plan is none that can have been started: the header is damaged.</exception>
    public JournalEventReader(IRunStore store, string runId, TaskPlan plan)
    {
        _store = store;
        _runId = runId;
        _plan = plan;
        _ids = [.. plan.Subtasks.Select(subtask => subtask.Id)];
        _known = new HashSet<string>(_ids, StringComparer.Ordinal);
        if (WhyNotStarted() is { } reason)
        {
            throw new RunStoreException($"The header of the run {runId} cannot be read: {reason}");
        }
    }

    public async ValueTask<RunEvent> ReadAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        JournalEvent read = JournalJson.Read(content, _runId, _sequence);
        if (RunFactRules.WhyOutOfOrder(_latest, _hasEnded, read is JournalEvent.Started, read.At) is { } reason)
        {
            throw new RunStoreException($"Event {_sequence} of the run {_runId} cannot be read: {reason}");
        }

        _latest = read.At;
        _hasEnded = read is JournalEvent.Ended;
        try
        {
            RunEvent named = read is JournalEvent.SucceededLarge large
                ? Output(large.Subtask, large.Attempt, large.Origin ?? OutputOrigin.Executed, await ReadBlobAsync(large.Blob, cancellationToken).ConfigureAwait(false))
                : Name(read);
            return named with { Sequence = _sequence++, Time = TimeOf(read.At) };
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or JsonException)
        {
            throw new RunStoreException($"Event {_sequence} of the run {_runId} cannot be read: {exception.Message}", exception);
        }
    }

    private string? WhyNotStarted() =>
        _known.Count < _ids.Count ? "Two subtasks have the same id."
        : _plan.Subtasks.SelectMany(subtask => subtask.DependsOn.Concat(subtask.OptionalDependsOn)).FirstOrDefault(id => !_known.Contains(id)) is { } unknown
            ? $"There is no subtask '{Excerpt.Of(unknown)}'."
        : null;

    private RunEvent Name(JournalEvent read) => read switch
    {
        JournalEvent.Started => new RunStarted(_runId, _plan) { Sequence = 0, Time = default },
        JournalEvent.Added added => new SubtasksAdded(Add(added), added.Joined) { Sequence = 0, Time = default, SubtaskId = IdOf(added.Subtask) },
        JournalEvent.ApprovalAsked asked => new ApprovalRequested(asked.Fingerprint, asked.Arguments) { Sequence = 0, Time = default, SubtaskId = IdOf(asked.Subtask) },
        JournalEvent.ApprovalGiven given => new ApprovalDecided(given.Approved, given.By, given.Reason) { Sequence = 0, Time = default, SubtaskId = IdOf(given.Subtask) },
        JournalEvent.AttemptBegan began => new AttemptStarted(began.Attempt) { Sequence = 0, Time = default, SubtaskId = IdOf(began.Subtask) },
        JournalEvent.AttemptLate late => new AttemptTimedOut(late.Attempt, late.Limit) { Sequence = 0, Time = default, SubtaskId = IdOf(late.Subtask) },
        JournalEvent.AttemptGivenUp given => new AttemptAbandoned(given.Attempt) { Sequence = 0, Time = default, SubtaskId = IdOf(given.Subtask) },
        JournalEvent.AttemptBroken broken => new AttemptInterrupted(broken.Attempt) { Sequence = 0, Time = default, SubtaskId = IdOf(broken.Subtask) },
        JournalEvent.AttemptFailing failing => new AttemptFailed(failing.Attempt, failing.Error, TimeOf(failing.RetryAt)) { Sequence = 0, Time = default, SubtaskId = IdOf(failing.Subtask) },
        JournalEvent.Usage usage => new UsageCounted(usage.Attempt, usage.ToUsage()) { Sequence = 0, Time = default, SubtaskId = IdOf(usage.Subtask) },
        JournalEvent.Succeeded succeeded => Output(succeeded.Subtask, succeeded.Attempt, succeeded.Origin ?? OutputOrigin.Executed, succeeded.Output),
        JournalEvent.Shared shared => new SubtaskSucceeded(0, OutputOrigin.Shared, IdOf(shared.With))
        {
            Sequence = 0,
            Time = default,
            SubtaskId = IdOf(shared.Subtask),
            Output = _outputs.TryGetValue(shared.With, out JsonElement output) ? output : throw new InvalidOperationException($"'{IdOf(shared.With)}' has no output."),
        },
        JournalEvent.Failed failed => new SubtaskFailed(failed.Attempt, failed.Error) { Sequence = 0, Time = default, SubtaskId = IdOf(failed.Subtask) },
        JournalEvent.Skipped skipped => new SubtaskSkipped(IdOf(skipped.Cause), skipped.Reason) { Sequence = 0, Time = default, SubtaskId = IdOf(skipped.Subtask) },
        JournalEvent.CancelAsked cancel => new SubtaskCancelRequested { Sequence = 0, Time = default, SubtaskId = IdOf(cancel.Subtask) },
        JournalEvent.Cancelled cancelled => new SubtaskCancelled(cancelled.Attempt) { Sequence = 0, Time = default, SubtaskId = IdOf(cancelled.Subtask) },
        JournalEvent.BudgetSpent spent => new BudgetExhausted(spent.Limit) { Sequence = 0, Time = default },
        JournalEvent.BudgetRaised raised => new BudgetExtended(raised.Budget.ToBudget()) { Sequence = 0, Time = default },
        JournalEvent.Stopping stopping => new StopRequested(stopping.Reason) { Sequence = 0, Time = default },
        JournalEvent.Undoing undoing => new CompensationStarted(undoing.Attempt) { Sequence = 0, Time = default, SubtaskId = IdOf(undoing.Subtask) },
        JournalEvent.UndoingFailed failed =>
            new CompensationFailed(failed.Attempt, failed.Error, failed.RetryAt == 0 ? null : TimeOf(failed.RetryAt)) { Sequence = 0, Time = default, SubtaskId = IdOf(failed.Subtask) },
        JournalEvent.Undone undone => new SubtaskCompensated(undone.Attempt) { Sequence = 0, Time = default, SubtaskId = IdOf(undone.Subtask) },
        JournalEvent.Ended ended => new RunEnded(ended.Outcome) { Sequence = 0, Time = default },
        _ => throw new InvalidOperationException("It is of no kind that this version knows."),
    };

    private SubtaskSucceeded Output(int subtask, int attempt, OutputOrigin origin, JsonElement output)
    {
        _outputs[subtask] = output;
        return new SubtaskSucceeded(attempt, origin, SharedWith: null) { Sequence = 0, Time = default, SubtaskId = IdOf(subtask), Output = output };
    }

    private async ValueTask<JsonElement> ReadBlobAsync(string name, CancellationToken cancellationToken) =>
        await _store.ReadBlobAsync(_runId, name, cancellationToken).ConfigureAwait(false) is { } blob
            ? JournalJson.ReadBlob(blob)
            : throw new InvalidOperationException($"The blob {Excerpt.Of(name)} is missing.");

    /// <summary>What a subtask adds, under the ids that it has in the run.</summary>
    private Subtask[] Add(JournalEvent.Added added)
    {
        string parent = IdOf(added.Subtask);
        HashSet<string> siblings = added.Plan.Subtasks.Select(subtask => subtask.Id).ToHashSet(StringComparer.Ordinal);
        string scope = parent[..(parent.LastIndexOf('/') + 1)];
        Subtask[] subtasks =
        [
            .. added.Plan.Subtasks.Select(subtask => subtask with
            {
                Id = $"{parent}/{subtask.Id}",
                Name = subtask.Name,
                DependsOn = [.. subtask.DependsOn.Select(InRun)],
                OptionalDependsOn = [.. subtask.OptionalDependsOn.Select(InRun)],
            }),
        ];
        foreach (Subtask subtask in subtasks)
        {
            _ids.Add(_known.Add(subtask.Id) ? subtask.Id : throw new InvalidOperationException($"There is a subtask '{subtask.Id}' already."));
        }

        return subtasks;

        string InRun(string id) => siblings.Contains(id) ? $"{parent}/{id}"
            : _known.Contains(scope + id) ? scope + id
            : _known.Contains(id) ? id
            : throw new InvalidOperationException($"The run has no subtask '{Excerpt.Of(id)}'.");
    }

    private string IdOf(int subtask) => subtask >= 0 && subtask < _ids.Count ? _ids[subtask] : throw new InvalidOperationException($"The run has no subtask {subtask}.");

    private static DateTimeOffset TimeOf(long ticks) => new(ticks, TimeSpan.Zero);
}
