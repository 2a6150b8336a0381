namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>
/// Code of one run that waits for the end of another, from the beginning of the wait until it is disposed of. All such waits of the process
/// are known, so that one that could never end is refused, and work that waits for what a waiting caller holds is found.
/// </summary>
internal sealed class NestedWait : IDisposable
{
    private static readonly HashSet<NestedWait> All = [];

    private readonly RunFlow _target;
    private readonly RunFlow _waiter;
    private readonly Holding? _holding;
    private readonly bool _isInner;
    private bool _hasEnded;

    /// <param name="waiter">The run whose code waits.</param>
    /// <param name="holding">What that code holds.</param>
    /// <param name="target">The run that it waits for.</param>
    /// <param name="isInner">Whether the end of the target cannot come before that code returns.</param>
    private NestedWait(RunFlow waiter, Holding? holding, RunFlow target, bool isInner)
    {
        _waiter = waiter;
        _holding = holding;
        _target = target;
        _isInner = isInner;
    }

    /// <summary>Guards the waits. Nothing else is locked inside.</summary>
    public static Lock Gate { get; } = new();

    /// <summary>The calling code begins to wait for the end of a run.</summary>
    /// <param name="target">The run.</param>
    /// <returns>The wait; <see langword="null"/> when the calling code works for no run.</returns>
    /// <exception cref="InvalidOperationException">The run waits for the calling code itself.</exception>
    public static NestedWait? Begin(RunFlow? target)
    {
        NestedWait? wait = Begin(target, isObserving: false, out bool isInner);
        if (isInner)
        {
            RunFlow waiter = RunFlow.Current!;
            throw new InvalidOperationException(target == waiter
                ? $"Code of the run {waiter.RunId} waits for the end of this run, which waits for that code: neither would ever end. Return from the code first, and wait outside of the run; code that is only started here, and outlives the subtask, is started under ExecutionContext.SuppressFlow()."
                : $"Code of the run {waiter.RunId} waits for the end of the run {target!.RunId}, whose code waits for the run {waiter.RunId}: neither would ever end. Wait for at most one of them from the code of the other.");
        }

        return wait;
    }

    /// <summary>The calling code begins to wait for an event of a run, which may also come before its end.</summary>
    /// <param name="target">The run.</param>
    /// <returns>The wait; <see langword="null"/> when the calling code works for no run.</returns>
    public static NestedWait? BeginObserving(RunFlow? target) => Begin(target, isObserving: true, out _);

    private static NestedWait? Begin(RunFlow? target, bool isObserving, out bool isInner)
    {
        isInner = false;
        if (target is null || RunFlow.Current is not { } waiter)
        {
            return null;
        }

        NestedWait wait;
        lock (Gate)
        {
            isInner = Reaches(target, waiter);
            if (isInner && !isObserving)
            {
                return null;
            }

            wait = new NestedWait(waiter, RunFlow.CurrentHolding, target, isInner);
            if (isInner)
            {
                target.InnerObservers.Add(wait);
                target.ObservedInside++;
            }
            else
            {
                All.Add(wait);
                waiter.Waits.Add(wait);
                target.AwaitedBy++;
            }
        }

        wait._holding?.AddWaits(1);
        wait.AskAgain();
        return wait;
    }

    /// <summary>Whether waiting for a run in the calling code could never end, or not before it gives up.</summary>
    public static bool IsVain(RunFlow? target)
    {
        if (target is null)
        {
            return false;
        }

        if (target.IsCurrentSink)
        {
            return true;
        }

        if (RunFlow.Current is not { } waiter)
        {
            return false;
        }

        lock (Gate)
        {
            return Reaches(target, waiter);
        }
    }

    /// <summary>
    /// Finds the runs that can never end: something of them needs what only those hold who wait for such runs, or their own code waits for
    /// such a run.
    /// </summary>
    /// <param name="room">Where they wait.</param>
    /// <param name="held">Adds up what is held of a pool by those who wait for them.</param>
    /// <param name="holders">Who they are.</param>
    public static HashSet<RunFlow> FindStuck(WaitingRoom room, out HeldAmounts held, out List<Holding> holders)
    {
        lock (Gate)
        {
            HashSet<RunFlow> stuck = [.. All.Select(wait => wait._target)];
            do
            {
                holders = [.. All.Where(wait => wait._holding is { IsReleased: false } && stuck.Contains(wait._target)).Select(wait => wait._holding!).Distinct()];
                held = new HeldAmounts(room.Ledger);
                holders.ForEach(held.Add);
            }
            while (stuck.RemoveWhere(MayContinue(room, stuck, held)) > 0);
            return stuck;
        }
    }

    /// <summary>Finds what is returned only after an event of a run was observed: what such code holds, and what those hold who wait for it.</summary>
    public static List<Holding> HeldForObservers(RunFlow target)
    {
        lock (Gate)
        {
            return
            [
                .. target.InnerObservers
                    .SelectMany(observer => All.Where(wait => Reaches(wait._target, observer._waiter)).Append(observer))
                    .Select(wait => wait._holding)
                    .OfType<Holding>()
                    .Where(static holding => !holding.IsReleased)
                    .Distinct(),
            ];
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            if (_hasEnded)
            {
                return;
            }

            _hasEnded = true;
            if (_isInner)
            {
                _target.InnerObservers.Remove(this);
                _target.ObservedInside--;
            }
            else
            {
                All.Remove(this);
                _waiter.Waits.Remove(this);
                _target.AwaitedBy--;
            }
        }

        _holding?.AddWaits(-1);
    }

    private static Predicate<RunFlow> MayContinue(WaitingRoom room, HashSet<RunFlow> stuck, HeldAmounts held) => run =>
        !run.Waits.Exists(wait => stuck.Contains(wait._target)) && run.Resources?.Nesting.WaitsInVain(room, held) != true;

    private static bool Reaches(RunFlow from, RunFlow to)
    {
        if (from == to || from.Waits.Count == 0)
        {
            return from == to;
        }

        HashSet<RunFlow> seen = [from];
        Stack<RunFlow> next = new([from]);
        while (next.TryPop(out RunFlow? run))
        {
            foreach (NestedWait wait in run.Waits)
            {
                if (wait._target == to)
                {
                    return true;
                }

                if (seen.Add(wait._target))
                {
                    next.Push(wait._target);
                }
            }
        }

        return false;
    }

    /// <summary>What waits in the run for resources, or in those that it waits for, asks again: the code that now waits for it may hold them.</summary>
    private void AskAgain()
    {
        HashSet<RunFlow> seen = [_target];
        lock (Gate)
        {
            Stack<RunFlow> next = new([_target]);
            while (next.TryPop(out RunFlow? run))
            {
                foreach (NestedWait wait in run.Waits)
                {
                    if (seen.Add(wait._target))
                    {
                        next.Push(wait._target);
                    }
                }
            }
        }

        foreach (RunFlow run in seen)
        {
            run.Resources?.Nesting.AskAgain();
        }
    }
}
