using AgentOrchestration.Graph;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>The order in which ready subtasks start: that of urgency with its corrections, and what a schedule holds back.</summary>
internal sealed class StartOrder
{
    private readonly DispatchContext _context;
    private readonly ReadyQueue _ready;
    private readonly SubtaskOrder _order;
    private readonly ObservedDurations? _observed;
    private EstimateCorrection? _correction;
    private ScheduleFollower? _planned;
    private TaskGraph _plan;
    private long _now;
    private long _heldUntil = long.MaxValue;
    private long _wakesAt;

    /// <param name="context">The run.</param>
    /// <param name="ready">The subtasks that wait for their turn.</param>
    /// <param name="order">The order of urgency.</param>
    /// <param name="observed">How long task types took before; <see langword="null"/> when nothing is known.</param>
    public StartOrder(DispatchContext context, ReadyQueue ready, SubtaskOrder order, ObservedDurations? observed)
    {
        _context = context;
        _ready = ready;
        _order = order;
        _observed = observed;
        _plan = context.Graph.Origin;
    }

    /// <summary>Whether what attempts take corrects what the others are expected to.</summary>
    public bool CorrectsEstimates { get; set; } = true;

    /// <summary>Whether ready subtasks may be held back.</summary>
    public bool MayHoldBack => _order.Starts is not null;

    /// <summary>Whether a schedule decides what starts when.</summary>
    public bool IsScheduled => _planned is not null;

    /// <summary>The run starts.</summary>
    public void Begin(long now)
    {
        _planned = _order.Starts is null ? null : new ScheduleFollower(_order, now);
        if (_order.IsByCriticalPath)
        {
            BeginCorrecting();
        }
    }

    /// <summary>A run of which only the facts are left continues.</summary>
    public void Resume()
    {
        if (_order.Starts is not null)
        {
            // A schedule that was interrupted is one for other times.
            _context.Graph.GoByCriticalPath(_plan, seconds: null);
        }

        if (_order.Starts is not null || _order.IsByCriticalPath)
        {
            BeginCorrecting();
        }
    }

    /// <summary>The plan is complete.</summary>
    /// <param name="plan">The whole plan.</param>
    /// <param name="order">Its order of urgency.</param>
    public void CompletePlan(TaskGraph plan, SubtaskOrder order)
    {
        _context.Graph.SetPriorities(plan, order.IsCriticalPathFirst ? plan.Priorities : order.Priorities);
        _ready.Reorder();
        (_plan, _correction) = (plan, null);
        if (order.IsByCriticalPath)
        {
            BeginCorrecting();
        }
    }

    /// <summary>Subtasks are about to start.</summary>
    public void Prepare(long now)
    {
        _now = now;
        if (_correction?.IsDue(now) == true && _correction.Correct(_context.State.History, now) is { } seconds)
        {
            GoByCriticalPath(seconds);
        }
    }

    /// <summary>Whether a subtask is not held back for others.</summary>
    public bool MayStart(int subtask)
    {
        long heldUntil = _planned?.HeldUntil(subtask, _context.State, _now) ?? 0;
        if (heldUntil > 0)
        {
            _heldUntil = Math.Min(_heldUntil, heldUntil);
            return false;
        }

        return true;
    }

    /// <summary>An attempt starts.</summary>
    public void BeginAttempt(int subtask, int attempt, long now) => _planned?.Begin(subtask, attempt, now);

    /// <summary>What is held back for others is looked at again when it has waited long enough.</summary>
    public void WakeForHeldBack(HostCommands commands)
    {
        if (_heldUntil < long.MaxValue && _heldUntil != _wakesAt && _planned is not { HasDeparted: true })
        {
            _wakesAt = _heldUntil;
            commands.WakeRunAt(_heldUntil);
        }

        _heldUntil = long.MaxValue;
    }

    /// <summary>When reality differs from the schedule, the critical path decides from then on.</summary>
    /// <returns>Whether that is so from now on.</returns>
    public bool HasDeparted(long now)
    {
        if (_planned is not { HasDeparted: true })
        {
            return false;
        }

        _planned = null;
        BeginCorrecting();
        GoByCriticalPath(_correction?.Correct(_context.State.History, now));
        return true;
    }

    /// <summary>The critical path decides, so what attempts take corrects it.</summary>
    private void BeginCorrecting() => _correction = CorrectsEstimates ? new EstimateCorrection(_plan, _context.Graph, _observed, _context.StartedAt) : null;

    /// <summary>From now on the critical path decides, on what is known by now.</summary>
    private void GoByCriticalPath(double[]? seconds)
    {
        _context.Graph.GoByCriticalPath(_plan, seconds);
        _ready.Reorder();
    }
}
