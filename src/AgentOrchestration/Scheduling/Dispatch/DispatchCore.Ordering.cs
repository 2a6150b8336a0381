using AgentOrchestration.Graph;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>Which of the ready subtasks starts: the order of urgency and its corrections, what a schedule or a reservation holds back, the budget.</summary>
internal sealed partial class DispatchCore
{
    private readonly ObservedDurations? _observed;
    private EstimateCorrection? _correction;
    private readonly CriticalReservation? _reservation;
    private ScheduleFollower? _planned;
    private TaskGraph _plan;
    private long _now;
    private long _heldUntil = long.MaxValue;
    private long _wakesAt;

    /// <summary>Whether what attempts take corrects what the others are expected to. In a forecast nothing new is to be seen. Default: yes.</summary>
    public bool CorrectsEstimates { get; init; } = true;

    private void BeginOrdering(long now)
    {
        _planned = _order.Starts is null ? null : new ScheduleFollower(_order, now);
        if (_order.IsByCriticalPath)
        {
            BeginCorrecting();
        }
    }

    /// <summary>The critical path decides, so what attempts take corrects it.</summary>
    private void BeginCorrecting() => _correction = CorrectsEstimates ? new EstimateCorrection(_plan, Graph, _observed, _startedAt) : null;

    /// <summary>From now on the critical path decides, on what is known by now.</summary>
    private void GoByCriticalPath(double[]? seconds)
    {
        Graph.GoByCriticalPath(_plan, seconds);
        _ready.Reorder();
        _reservation?.Reorder();
    }

    private void PrepareOrder(long now)
    {
        _now = now;
        if (_correction?.IsDue(now) == true && _correction.Correct(State.History, now) is { } seconds)
        {
            GoByCriticalPath(seconds);
        }

        _reservation?.Decide(now);
    }

    private bool MayStart(int subtask)
    {
        long heldUntil = Math.Max(_planned?.HeldUntil(subtask, State, _now) ?? 0, _reservation?.HeldUntil(subtask, _now) ?? 0);
        if (heldUntil > 0)
        {
            _heldUntil = Math.Min(_heldUntil, heldUntil);
            return false;
        }

        if (_budget is null)
        {
            return true;
        }

        if (_budget.WhatForbids(Graph.Policies[subtask].ExpectedUsage, out bool isFinal) is not { } limit)
        {
            return true;
        }

        if (isFinal)
        {
            _forbidding = limit;
        }

        return false;
    }

    /// <summary>What is held back for others is looked at again when it has waited long enough.</summary>
    private void WakeForHeldBack(HostCommands commands)
    {
        if (_heldUntil < long.MaxValue && _heldUntil != _wakesAt && _planned is not { HasDeparted: true })
        {
            _wakesAt = _heldUntil;
            WakeRunAt(_heldUntil, commands);
        }

        _heldUntil = long.MaxValue;
    }

    /// <summary>When reality has gone another way than the plan, the critical path decides from then on.</summary>
    private bool HasDeparted(long now)
    {
        if (_planned is not { HasDeparted: true })
        {
            return false;
        }

        _planned = null;
        BeginCorrecting();
        GoByCriticalPath(_correction?.Correct(State.History, now));
        return true;
    }
}
