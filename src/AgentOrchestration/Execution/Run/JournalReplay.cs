using System.Text.Json;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution.Run;

/// <summary>Applies what is in the journal of a run to its core. What cannot have happened is refused, by its place.</summary>
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
            RunFact fact = JournalCodec.Read(content, runId, sequence);
            try
            {
                fact = await InRunAsync(fact, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not (RunStoreException or OperationCanceledException))
            {
                // Reading outputs is code of the application's types.
                throw Refused(sequence, exception.Message, exception);
            }

            if (JournalKinds.WhyImpossible(core.State, fact) is { } reason)
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
        new($"Event {sequence} of the run {Excerpt.Of(runId)} cannot be applied: {reason}", inner);

    /// <summary>A fact as the run has it: with the output of its type, and with what was added to the graph.</summary>
    private async ValueTask<RunFact> InRunAsync(RunFact fact, CancellationToken cancellationToken)
    {
        switch (fact.Payload)
        {
            case StoredOutput stored:
                CheckIndex(fact.Subtask);
                JsonElement output = await stored.LoadAsync(store, runId, cancellationToken).ConfigureAwait(false);
                return fact.With(HasChanged(fact.Subtask) ? output : inputs.ReadOutput(fact.Subtask, output));
            case FallbackOutput fallback:
                CheckIndex(fact.Subtask);
                object? value = HasChanged(fact.Subtask) ? fallback.Json : inputs.ReadOutput(fact.Subtask, fallback.Json);
                return fact.With(new FallbackOutput(fallback.Json, fallback.Error, () => value, fallback.Worker));
            case HeldOutput:
                CheckIndex(fact.Subtask);
                return fact.With(new HeldOutput(core.State.EarlyOf(fact.Subtask)?.Output));
            case SharedOutput { Worker: var worker } shared:
                return fact.With(shared with { Output = worker >= 0 && worker < core.State.Graph.Count ? core.State.OutputOf(worker) : null });
            case AddedPlan added:
                CheckIndex(fact.Subtask);
                return fact.With(GrowthOf(fact.Subtask, added));
            default:
                return fact;
        }
    }

    private GraphGrowth GrowthOf(int subtask, AddedPlan added)
    {
        if (Changed is not null)
        {
            Changed.UnionWith(RunHeader.ChangedOf(added.TaskTypes, taskTypes));
        }
        else if (RunHeader.ChangesOf(added.TaskTypes, taskTypes) is { Count: > 0 } changes)
        {
            throw new InvalidOperationException($"Task types have changed since: {string.Join("; ", changes)}. Register them as they were, or start a new run.");
        }

        GrowingGraph graph = core.State.Graph;
        Subtask parent = graph.SubtaskAt(subtask);
        bool isExpected = added.IsJoined ? parent.IsComposite && core.State.StateOf(subtask) == SubtaskState.Ready : core.State.StateOf(subtask) == SubtaskState.Succeeded;
        if (!isExpected || !_grown.Add(subtask))
        {
            throw new InvalidOperationException($"'{parent.Id}' adds nothing.");
        }

        GrowthScope surroundings = GrowthScope.Of(graph, subtask, added.IsJoined);
        GraphGrowth growth = checker.CheckGrowth(added.Plan, graph, subtask, surroundings, added.IsJoined, out IReadOnlyList<PlanDiagnostic> diagnostics)
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
