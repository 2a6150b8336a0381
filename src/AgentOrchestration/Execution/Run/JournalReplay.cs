using System.Text.Json;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution.Run;

/// <summary>Tells a core what has happened to its run before, from the journal. What cannot have happened is refused, by its place.</summary>
internal sealed class JournalReplay(IRunStore store, string runId, DispatchCore core, PlanChecker checker, ITaskTypeRegistry taskTypes, InputBinder inputs)
{
    private readonly HashSet<int> _grown = [];

    /// <summary>
    /// For a run that is only read: the task types that have changed, to which those of what the run has added are put. What they gave stays
    /// JSON, and what they added is checked only as any plan is. Default: none may have changed.
    /// </summary>
    public HashSet<string>? Changed { get; init; }

    /// <returns>The number of events.</returns>
    /// <exception cref="RunStoreException">The journal is damaged or of another version, or what it holds no longer fits the registered task types.</exception>
    public async Task<long> ReplayAsync(CancellationToken cancellationToken)
    {
        long sequence = 0;
        await foreach (ReadOnlyMemory<byte> content in store.ReadAsync(runId, 0, cancellationToken).ConfigureAwait(false))
        {
            JournalEvent read = JournalJson.Read(content, runId, sequence);
            RunFact fact;
            try
            {
                fact = await FactOfAsync(read, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not (RunStoreException or OperationCanceledException))
            {
                // Reading outputs is code of the application's types.
                throw Refused(sequence, exception.Message, exception);
            }

            if (RunFactRules.WhyImpossible(core.State, fact) is { } reason)
            {
                throw Refused(sequence, reason);
            }

            try
            {
                core.Replay(fact);
            }
            catch (Exception exception)
            {
                throw Refused(sequence, exception.Message, exception);
            }

            sequence++;
        }

        return sequence;
    }

    private RunStoreException Refused(long sequence, string reason, Exception? inner = null) =>
        new($"Event {sequence} of the run {runId} cannot be applied: {reason}", inner);

    private async ValueTask<RunFact> FactOfAsync(JournalEvent read, CancellationToken cancellationToken)
    {
        switch (read)
        {
            case JournalEvent.Succeeded succeeded:
                return OutputOf(read, succeeded.Subtask, succeeded.Attempt, succeeded.Origin ?? OutputOrigin.Executed, succeeded.Output);
            case JournalEvent.SucceededLarge large:
                ReadOnlyMemory<byte> blob = await store.ReadBlobAsync(runId, large.Blob, cancellationToken).ConfigureAwait(false)
                    ?? throw new InvalidOperationException($"The blob {Excerpt.Of(large.Blob)} is missing.");
                return OutputOf(read, large.Subtask, large.Attempt, large.Origin ?? OutputOrigin.Executed, JournalJson.ReadBlob(blob));
            case JournalEvent.Shared shared:
                RunState state = core.State;
                object? output = shared.With >= 0 && shared.With < state.Graph.Count ? state.OutputOf(shared.With) : null;
                return new RunFact(RunFactKind.SubtaskSucceeded, read.At, shared.Subtask, detail: (byte)OutputOrigin.Shared, payload: new SharedOutput(shared.With, output));
            case JournalEvent.Added added:
                return new RunFact(RunFactKind.SubtasksAdded, read.At, added.Subtask, payload: GrowthOf(added));
            default:
                return JournalCodec.Read(read) ?? throw new InvalidOperationException("It is of no kind that this version knows.");
        }
    }

    private RunFact OutputOf(JournalEvent read, int subtask, int attempt, OutputOrigin origin, JsonElement output)
    {
        CheckIndex(subtask);
        return new RunFact(RunFactKind.SubtaskSucceeded, read.At, subtask, attempt, (byte)origin, HasChanged(subtask) ? output : inputs.ReadOutput(subtask, output));
    }

    private GraphGrowth GrowthOf(JournalEvent.Added added)
    {
        CheckIndex(added.Subtask);
        if (Changed is not null)
        {
            Changed.UnionWith(RunHeader.ChangedOf(added.TaskTypes, taskTypes));
        }
        else if (RunHeader.ChangesOf(added.TaskTypes, taskTypes) is { Count: > 0 } changes)
        {
            throw new InvalidOperationException($"Task types have changed since: {string.Join("; ", changes)}. Register them as they were, or start a new run.");
        }

        GrowingGraph graph = core.State.Graph;
        Subtask parent = graph.SubtaskAt(added.Subtask);
        bool isExpected = added.Joined ? parent.IsComposite && core.State.StateOf(added.Subtask) == SubtaskState.Ready : core.State.StateOf(added.Subtask) == SubtaskState.Succeeded;
        if (!isExpected || !_grown.Add(added.Subtask))
        {
            throw new InvalidOperationException($"'{parent.Id}' adds nothing.");
        }

        GrowthScope surroundings = !added.Joined ? GrowthScope.ForAddition(graph, added.Subtask)
            : parent.Plan is not null ? GrowthScope.ForNestedPlan(graph)
            : GrowthScope.ForItems(graph, added.Subtask);
        GraphGrowth growth = checker.CheckGrowth(added.Plan, graph, added.Subtask, surroundings, added.Joined, out IReadOnlyList<PlanDiagnostic> diagnostics)
            ?? throw new InvalidPlanException(new PlanRefusal(diagnostics) { Plan = added.Plan });
        return core.State.WithThoseThatWait(growth);
    }

    private bool HasChanged(int subtask) => Changed?.Contains(core.State.Graph.TaskTypes[subtask].Name) == true;

    private void CheckIndex(int subtask)
    {
        if (subtask < 0 || subtask >= core.State.Graph.Count)
        {
            throw new InvalidOperationException($"The run has no subtask {subtask}.");
        }
    }
}
