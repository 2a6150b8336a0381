using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>What all parts of the dispatch core share: the state of the run, what follows from its facts, its options, and what its subtasks wait for.</summary>
internal sealed class DispatchContext(RunState state, RunOptions options, ReadyQueue ready, BatchLines batches)
{
    /// <summary>What is known to come to batches; <see langword="null"/> while there are none.</summary>
    public BatchArrivals? Arrivals { get; set; }

    /// <summary>Which subtasks may start before they are ready; <see langword="null"/> when none may.</summary>
    public EarlyCandidates? Candidates { get; set; }

    /// <summary>What waits for answers of deferred calls; <see langword="null"/> when no call may be deferred.</summary>
    public Deferrals? Deferrals { get; set; }

    /// <summary>Follows attempts that may get a second one beside them; <see langword="null"/> when none may.</summary>
    public HedgeWatch? Hedges { get; set; }

    public RunState State { get; } = state;

    public GrowingGraph Graph { get; } = state.Graph;

    public RunOptions Options { get; } = options;

    /// <summary>What follows from the facts so far and has not been followed yet.</summary>
    public RunConsequences Consequences { get; } = new();

    public Waits Waits { get; } = new(state.Graph.Count, ready, batches);

    /// <summary>How long task types take; <see langword="null"/> when nothing is known.</summary>
    public ObservedDurations? Observed { get; init; }

    /// <summary>When the run started, in UTC ticks.</summary>
    public long StartedAt => State.History[0].Time;

    /// <summary>Records a fact, and what follows from it.</summary>
    public void Record(in RunFact fact)
    {
        State.Apply(fact, Consequences);
        Arrivals?.Observe(fact);
        Candidates?.Observe(fact);
        Deferrals?.Observe(fact);
        Hedges?.Observe(fact);
    }

    /// <summary>Subtasks become part of the run, of which some may share long prompts.</summary>
    public void ShareLongPrompts(CheckedSubtasks part)
    {
        if (Waits.Openers is null && part.HasSharedPrompts)
        {
            Waits.Openers = new PromptOpeners(this, Observed);
        }
    }

    /// <summary>Adds subtasks to the run, unless it stops.</summary>
    /// <param name="subtask">The subtask that adds them; -1 for the plan.</param>
    /// <param name="growth">What is added; <see langword="null"/> for nothing.</param>
    /// <param name="now">When.</param>
    public void Grow(int subtask, GraphGrowth? growth, long now)
    {
        if (growth is null || State.Stop is not null)
        {
            return;
        }

        Waits.Reserve(Graph.Count + growth.Part.Count);
        ShareLongPrompts(growth.Part);
        if (growth.Part.Policies.Any(static policy => policy.Batch is not null))
        {
            // Of what is added only what is being prepared is known to come.
            Arrivals ??= new BatchArrivals(this, Graph.Origin.Checker.Nothing(""), observed: null);
        }

        Record(new RunFact(RunFactKind.SubtasksAdded, now, subtask, payload: State.WithThoseThatWait(growth)));
    }
}
