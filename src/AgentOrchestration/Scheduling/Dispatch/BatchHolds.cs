using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks.Batching;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// Holds a subtask back while others of its batch are known to come: they are being prepared, or all that they still wait for is running. It waits for at most half of what it
/// is expected to take and, for work that runs, a fifth of its slack: estimates are wrong, and the longer the wait, the more the run is (<c>-- optimize --only W1</c>).
/// </summary>
/// <param name="context">The run.</param>
/// <param name="lines">The subtasks that may be in one batch.</param>
internal sealed class BatchHolds(DispatchContext context, BatchLines lines)
{
    private const int PartOfSlack = 5;

    // By needs, until when the most urgent is held; until another of them starts.
    private readonly Dictionary<int, long> _until = [];
    private long _wakesAt;
    private long _next = long.MaxValue;

    /// <summary>Whether a subtask that waits for its turn may start: whether it waits for nobody.</summary>
    public bool MayStart(int subtask, long now)
    {
        if (context.Graph.Policies[subtask].Batch is not { Options: { Hold: BatchHold.WhenOthersAreDue } options } || lines.PartOf(subtask) != 0)
        {
            return true;
        }

        int needs = context.Graph.NeedVectorOf[subtask];
        if (lines.WaitingWith(subtask) >= options.MaxSize || !IsAnyDue(subtask, needs, now, out long until))
        {
            return true;
        }

        _next = Math.Min(_next, until);
        return false;
    }

    /// <summary>A subtask starts: the next of its batch is held anew.</summary>
    public void Begin(int subtask)
    {
        if (_until.Count > 0)
        {
            _until.Remove(context.Graph.NeedVectorOf[subtask]);
        }
    }

    /// <summary>What is held is looked at again when it has waited long enough.</summary>
    public void Wake(HostCommands commands)
    {
        if (_next < long.MaxValue && _next != _wakesAt)
        {
            _wakesAt = _next;
            commands.WakeRunAt(_next);
        }

        _next = long.MaxValue;
    }

    private bool IsAnyDue(int subtask, int needs, long now, out long until)
    {
        if (context.Arrivals is not { } arrivals)
        {
            until = 0;
            return false;
        }

        bool isPrepared = arrivals.IsAnyPrepared(needs);
        bool isNew = false;
        if (!_until.TryGetValue(needs, out until))
        {
            long half = arrivals.ExpectedTicks(subtask) / 2;
            until = now + (isPrepared ? half : Math.Min(half, arrivals.SlackOf(subtask, lines.WaitingWith(subtask) + 1, now) / PartOfSlack));
            _until.Add(needs, until);
            isNew = true;
        }

        bool isHeld = now < until && (isPrepared || arrivals.IsAnyDue(needs));
        if (isHeld && isNew)
        {
            context.Record(new RunFact(RunFactKind.StartHeld, now, subtask, detail: (byte)HoldReason.Batch, payload: new StartHold(until)));
        }

        return isHeld;
    }
}
