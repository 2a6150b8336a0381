using AgentOrchestration.Resources;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>Starts ready subtasks, the most urgent first, as far as workers, resources, the order and the budget allow.</summary>
internal sealed class Dispatcher
{
    private readonly DispatchContext _context;
    private readonly ReadyQueue _ready;
    private readonly RunResources _share;
    private readonly StartOrder _order;
    private readonly BudgetGate _budget;
    private readonly StartGate _gate;
    private readonly SubtaskOutcomes _subtasks;
    private readonly AttemptOutcomes _attempts;
    private readonly AttemptLimits _limits;
    private readonly BatchFormer _batches;
    private readonly BatchHolds _holds;
    private readonly EarlyStarts? _early;
    private readonly bool _mayForbid;
    private readonly Predicate<int> _mayStart;
    private readonly Predicate<int> _tryJoin;
    private readonly int _maxParallelism;
    private long _now;

    /// <param name="context">The run.</param>
    /// <param name="ready">The subtasks that wait for their turn.</param>
    /// <param name="share">The run's door to the ledger.</param>
    /// <param name="order">What is held back for others.</param>
    /// <param name="budget">What attempts may use.</param>
    /// <param name="gate">Whether anything may start.</param>
    /// <param name="subtasks">Ends subtasks that can never start.</param>
    /// <param name="attempts">Ends subtasks whose time was up before they could start.</param>
    /// <param name="limits">The limits of attempts.</param>
    /// <param name="batches">Takes along what is ready.</param>
    /// <param name="holds">Holds back what waits for others of its batch.</param>
    /// <param name="early">Starts what is not ready; <see langword="null"/> when nothing may.</param>
    public Dispatcher(
        DispatchContext context, ReadyQueue ready, RunResources share, StartOrder order, BudgetGate budget, StartGate gate, SubtaskOutcomes subtasks, AttemptOutcomes attempts, AttemptLimits limits, BatchFormer batches, BatchHolds holds, EarlyStarts? early)
    {
        _context = context;
        _ready = ready;
        _share = share;
        _order = order;
        _budget = budget;
        _gate = gate;
        _subtasks = subtasks;
        _attempts = attempts;
        _limits = limits;
        _batches = batches;
        _tryJoin = TryJoin;
        _maxParallelism = context.Options.MaxParallelism;
        _holds = holds;
        _early = early;
        _mayForbid = budget.HasBudget || order.MayHoldBack;
        _mayStart = subtask => _order.MayStart(subtask) && _budget.MayStart(subtask) && _holds.MayStart(subtask, _now);
    }

    /// <summary>
    /// Asked when an attempt is about to start, with the time: returns the attempt of another run that does the same work, to wait for that instead. Default:
    /// nobody else works.
    /// </summary>
    public Func<int, long, JoinedFlight?>? BeginOrJoin { get; set; }

    /// <summary>Starts what can start now.</summary>
    /// <returns>The limit of the budget within which nothing can start any more; <see langword="null"/> when there is none.</returns>
    public BudgetLimit? Dispatch(long now, HostCommands commands)
    {
        _context.Deferrals?.Review(now, commands);
        _context.Waits.Openers?.Review(now, commands);
        if (_ready.Count == 0 || _gate.IsClosed)
        {
            _ready.UnparkAll();
            _early?.Dispatch(now, commands);
            return null;
        }

        _now = now;
        _order.Prepare(now);
        do
        {
            _ready.Wake();
            StartWhatFits(now, commands);
        }
        while (_share.Answer());

        _order.WakeForHeldBack(commands);
        _holds.Wake(commands);
        _early?.Dispatch(now, commands);
        return _budget.TakeForbidding();
    }

    /// <summary>
    /// Starts a subtask that has become ready while nothing else is, and that needs nothing: it would be the next one in any order, so it need not be queued.
    /// </summary>
    /// <returns>Whether it was started.</returns>
    public bool TryStartAlone(int subtask, long now, HostCommands commands)
    {
        if (_ready.Count > 0
            || _mayForbid
            || _gate.IsClosed
            || BeginOrJoin is not null
            || _context.Waits.Openers is not null
            || _context.Graph.Policies[subtask].Batch is not null
            || _batches.BusyWorkers >= _maxParallelism
            || !_ready.NeedsNothing(subtask)
            || !_limits.MayBegin(subtask, now))
        {
            return false;
        }

        _order.Prepare(now);
        Begin(subtask, lease: null, now, commands);
        return true;
    }

    /// <summary>When reality differs from the schedule, the critical path decides from then on.</summary>
    /// <returns>Whether that is so from now on.</returns>
    public bool HasDeparted(long now) => _order.HasDeparted(now);

    /// <summary>The run has ended and waits for nothing.</summary>
    public void StopWaiting() => _ready.UnparkAll();

    private void StartWhatFits(long now, HostCommands commands)
    {
#pragma warning disable CA2000 // The lease leaves with the command; the host releases it when the attempt's code has returned.
        while (_batches.BusyWorkers < _maxParallelism && _ready.TryDequeue(_mayForbid || _batches.IsAny ? _mayStart : null, out int subtask, out ResourceLease? lease, out SubtaskError? error))
#pragma warning restore CA2000
        {
            _context.Waits.Dequeued(subtask);
            if (error is not null)
            {
                _subtasks.Fail(subtask, _context.State.AttemptOf(subtask), error, now);
            }
            else if (!_limits.MayBegin(subtask, now))
            {
                lease?.Dispose();
                _attempts.FailLate(subtask, now);
            }
            else if (BeginOrJoin?.Invoke(subtask, now) is { } flight && _context.State.AttemptOf(subtask) == 0)
            {
                lease?.Dispose();
                _subtasks.Join(subtask, flight, now, commands);
            }
            else
            {
                Begin(subtask, lease, now, commands);
            }
        }
    }

    private void Begin(int subtask, ResourceLease? lease, long now, HostCommands commands)
    {
        _budget.Reserve(subtask, _context.State.AttemptOf(subtask) + 1);
        _holds.Begin(subtask);
        if (_batches.Form(subtask, lease, _tryJoin) is not { } batch)
        {
            Begin(subtask, lease, batch: null, now, commands);
            return;
        }

        foreach (int member in batch.Members)
        {
            Begin(member, lease, batch, now, commands);
        }
    }

    private void Begin(int subtask, ResourceLease? lease, StartedBatch? batch, long now, HostCommands commands)
    {
        int attempt = _context.State.AttemptOf(subtask) + 1;
        _subtasks.BeginShared(subtask);
        _context.Record(new RunFact(RunFactKind.AttemptStarted, now, subtask, attempt, payload: batch?.Mark));
        _order.BeginAttempt(subtask, attempt, now);
        _context.Waits.Openers?.Begin(subtask, attempt, now, commands);
        commands.Start(subtask, attempt, lease, _limits.Begin(subtask, attempt, now, commands), batch);
        if (batch is null)
        {
            _context.Hedges?.Begin(subtask, attempt, now, commands);
        }
    }

    /// <summary>Whether a subtask may start with another; what it may use is reserved then.</summary>
    private bool TryJoin(int subtask)
    {
        if (!_budget.MayStart(subtask) || !_limits.MayBegin(subtask, _now) || BeginOrJoin?.Invoke(subtask, _now) is not null)
        {
            return false;
        }

        _budget.Reserve(subtask, _context.State.AttemptOf(subtask) + 1);
        return true;
    }
}
