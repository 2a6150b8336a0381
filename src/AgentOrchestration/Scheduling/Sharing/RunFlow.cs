using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>
/// A run as the code that works for it sees it, wherever that code flows: it is made once for each run and costs an attempt nothing. Knows in
/// whose code the run was started, and what its own code waits for. Code that outlives the run keeps no more of it than this.
/// </summary>
internal sealed class RunFlow
{
    private static readonly AsyncLocal<object?> Ambient = new();

    private Func<int, string?>? _subtaskIds;
    private RunResources? _resources;

    /// <param name="runId">The run.</param>
    /// <param name="resources">Its share of the ledger.</param>
    /// <param name="subtaskIds">The ids of subtasks by index.</param>
    public RunFlow(string runId, RunResources resources, Func<int, string?> subtaskIds)
    {
        RunId = runId;
        _resources = resources;
        _subtaskIds = subtaskIds;
        Outer = Ambient.Value is SinkFlow ? null : Ambient.Value;
    }

    /// <summary>The run whose code is running; <see langword="null"/> in code that no run waits for.</summary>
    public static RunFlow? Current => Ambient.Value switch
    {
        RunFlow flow => flow,
        Holding holding => holding.Flow,
        _ => null,
    };

    public string RunId { get; }

    /// <summary>Gets or sets what gives the time of the run, in UTC ticks; <see langword="null"/> where nothing needs it.</summary>
    public Func<long>? Now { get; set; }

    /// <summary>Gets or sets when the run has to end, and the runs that its code starts; <see langword="null"/> for never, and when it has ended.</summary>
    public RunDeadlines? Deadlines { get; set; }

    /// <summary>The share of the run; <see langword="null"/> when it has ended.</summary>
    public RunResources? Resources => Volatile.Read(ref _resources);

    /// <summary>The waits of code of the run for other runs. Used inside <see cref="NestedWait.Gate"/>.</summary>
    public List<NestedWait> Waits { get; } = [];

    /// <summary>How many waits there are for this run in code of runs. Changed inside <see cref="NestedWait.Gate"/>.</summary>
    public int AwaitedBy { get; set; }

    /// <summary>Code that observes the run though the run waits for that code. Used inside <see cref="NestedWait.Gate"/>.</summary>
    public List<NestedWait> InnerObservers { get; } = [];

    /// <summary>How many there are of <see cref="InnerObservers"/>. Changed inside <see cref="NestedWait.Gate"/>.</summary>
    public int ObservedInside { get; set; }

    /// <summary>The holding or the flow in which the run was started; <see langword="null"/> when that was no code of a run.</summary>
    public object? Outer { get; private set; }

    /// <summary>What the attempts hold in whose code the run was started, directly or through other runs, from the inside out.</summary>
    public IEnumerable<Holding> HeldAround
    {
        get
        {
            for (object? outer = Outer; outer is not null;)
            {
                if (outer is Holding { IsReleased: false } holding)
                {
                    yield return holding;
                }

                outer = (outer as Holding)?.Flow?.Outer ?? (outer as RunFlow)?.Outer;
            }
        }
    }

    /// <summary>Whether the calling code is called by a sink of this run, which therefore must not wait for its sinks.</summary>
    public bool IsCurrentSink => Ambient.Value is SinkFlow sink && sink.RunId == RunId;

    /// <summary>What the calling code holds.</summary>
    public static Holding? CurrentHolding => Ambient.Value as Holding;

    /// <summary>From here on the calling code works for a run, or for an attempt that holds something of the ledger, or for none.</summary>
    public static void Enter(object? runOrHolding) => Ambient.Value = runOrHolding;

    /// <summary>From here on the calling code observes a run.</summary>
    public static void EnterSink(string runId)
    {
        Ambient.Value = new SinkFlow(runId);
        CodeDeadline.Enter(null);
    }

    /// <summary>The context of code of the run: that of the caller, with this in it.</summary>
    /// <returns>The context; <see langword="null"/> when the caller's does not flow.</returns>
    public ExecutionContext? Capture()
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            return null;
        }

        object? before = Ambient.Value;
        CodeDeadline? deadline = CodeDeadline.Entered;
        Ambient.Value = this;
        CodeDeadline.Enter(null);
        try
        {
            return ExecutionContext.Capture();
        }
        finally
        {
            Ambient.Value = before;
            CodeDeadline.Enter(deadline);
        }
    }

    /// <summary>The run has ended, or continues no further here.</summary>
    public void End()
    {
        Volatile.Write(ref _resources, null);
        _subtaskIds = null;
        Deadlines = null;
        Outer = null;
    }

    public string NameOf(int subtask) => (subtask < 0 ? null : _subtaskIds?.Invoke(subtask)) is { } id ? $"the subtask '{id}' of the run {Excerpt.Of(RunId)}" : $"the run {Excerpt.Of(RunId)}";

    private sealed record SinkFlow(string RunId);
}
