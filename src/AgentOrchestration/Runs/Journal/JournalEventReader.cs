using System.Text.Json;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Runs.Journal;

/// <summary>Makes the events of a journal without the graph of the run and without the types of its outputs.</summary>
internal sealed class JournalEventReader
{
    private readonly IRunStore _store;
    private readonly string _runId;
    private readonly RunEventFactory _events;
    private readonly List<Subtask> _subtasks;
    private readonly Dictionary<string, int> _indices;
    private readonly Dictionary<int, JsonElement> _outputs = [];
    private long _sequence;
    private long? _latest;
    private bool _hasEnded;

    /// <summary>Makes of an output as JSON what events show. Default: the JSON itself.</summary>
    public Func<Subtask, JsonElement, object?>? ReadOutput { get; init; }

    /// <exception cref="RunStoreException">The plan is none that can have been started: the header is damaged.</exception>
    public JournalEventReader(IRunStore store, string runId, TaskPlan plan)
    {
        _store = store;
        _runId = runId;
        _events = new RunEventFactory(runId, plan, IdOf);
        _subtasks = new List<Subtask>(plan.Subtasks.Count);
        _indices = new Dictionary<string, int>(plan.Subtasks.Count, StringComparer.Ordinal);
        if (WhyNotStarted(plan) is { } reason)
        {
            throw new RunStoreException($"The header of the run {Excerpt.Of(runId)} cannot be read: {reason}");
        }
    }

    public async ValueTask<RunEvent> ReadAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        RunFact fact = JournalCodec.Read(content, _runId, _sequence);
        if (RunFactRules.WhyOutOfOrder(_latest, _hasEnded, fact.Kind == RunFactKind.RunStarted, fact.Time) is { } reason)
        {
            throw new RunStoreException($"Event {_sequence} of the run {Excerpt.Of(_runId)} cannot be read: {reason}");
        }

        _latest = fact.Time;
        _hasEnded = fact.Kind == RunFactKind.RunEnded;
        try
        {
            RunEvent next = _events.Create(await WithNamesAsync(fact, cancellationToken).ConfigureAwait(false), _sequence);
            _sequence++;
            return next;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or JsonException)
        {
            throw new RunStoreException($"Event {_sequence} of the run {Excerpt.Of(_runId)} cannot be read: {exception.Message}", exception);
        }
    }

    private string? WhyNotStarted(TaskPlan plan) =>
        plan.Subtasks.Any(subtask => !TryAdd(subtask)) ? "Two subtasks have the same id."
        : plan.Subtasks.SelectMany(subtask => subtask.DependsOn.Concat(subtask.OptionalDependsOn)).FirstOrDefault(id => IndexOf(id) is null) is { } unknown
            ? $"There is no subtask '{Excerpt.Of(unknown)}'."
        : null;

    /// <summary>A fact as its event needs it: with the output as JSON, and with added subtasks under the ids that they have in the run.</summary>
    private async ValueTask<RunFact> WithNamesAsync(RunFact fact, CancellationToken cancellationToken)
    {
        switch (fact.Payload)
        {
            case StoredOutput stored:
                JsonElement output = await stored.LoadAsync(_store, _runId, cancellationToken).ConfigureAwait(false);
                _outputs[fact.Subtask] = output;
                return fact.With(Shown(fact.Subtask, output));
            case FallbackOutput fallback:
                _outputs[fact.Subtask] = fallback.Json;
                return fact;
            case HeldOutput:
                return fact.With(new HeldOutput(_outputs.TryGetValue(fact.Subtask, out JsonElement held) ? Shown(fact.Subtask, held) : throw new InvalidOperationException($"'{IdOf(fact.Subtask)}' has no output.")));
            case SharedOutput shared:
                return fact.With(shared with
                {
                    Output = _outputs.TryGetValue(shared.Worker, out JsonElement made) ? Shown(fact.Subtask, made) : throw new InvalidOperationException($"'{IdOf(shared.Worker)}' has no output."),
                });
            case AddedPlan added:
                return fact.With(Add(SubtaskAt(fact.Subtask), added));
            default:
                return fact;
        }
    }

    private object? Shown(int subtask, JsonElement output) => ReadOutput is null ? output : ReadOutput(SubtaskAt(subtask), output);

    private AddedSubtasks Add(Subtask parent, AddedPlan added)
    {
        var scope = SubtaskScope.Of(parent, added.IsJoined);
        HashSet<string> siblings = scope.KnowsSiblings ? added.Plan.Subtasks.Select(subtask => subtask.Id).ToHashSet(StringComparer.Ordinal) : [];
        Subtask[] subtasks =
        [
            .. added.Plan.Subtasks.Select(subtask => subtask with
            {
                Id = $"{parent.Id}/{subtask.Id}",
                Name = subtask.Name,
                DependsOn = [.. subtask.DependsOn.Select(InRun)],
                OptionalDependsOn = [.. subtask.OptionalDependsOn.Select(InRun)],
            }),
        ];
        foreach (Subtask subtask in subtasks)
        {
            if (!TryAdd(subtask))
            {
                throw new InvalidOperationException($"There is a subtask '{subtask.Id}' already.");
            }
        }

        return new AddedSubtasks(subtasks, added.IsJoined);

        string InRun(string id) => siblings.Contains(id) ? $"{parent.Id}/{id}"
            : scope.Find(id, IndexOf, IsDependency) is { } index ? _subtasks[index].Id
            : throw new InvalidOperationException($"The run has no subtask '{Excerpt.Of(id)}'.");

        bool IsDependency(int index) => parent.DependsOn.Concat(parent.OptionalDependsOn).Contains(_subtasks[index].Id);
    }

    private bool TryAdd(Subtask subtask)
    {
        if (!_indices.TryAdd(subtask.Id, _subtasks.Count))
        {
            return false;
        }

        _subtasks.Add(subtask);
        return true;
    }

    private int? IndexOf(string id) => _indices.TryGetValue(id, out int index) ? index : null;

    private string IdOf(int subtask) => SubtaskAt(subtask).Id;

    private Subtask SubtaskAt(int subtask) => subtask >= 0 && subtask < _subtasks.Count ? _subtasks[subtask] : throw new InvalidOperationException($"The run has no subtask {subtask}.");
}
