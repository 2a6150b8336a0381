using AgentOrchestration.Graph.Growth;

namespace AgentOrchestration.Runs.State;

/// <summary>Counts what is open of everything that subtasks have added, and lets those who wait for the end of it wait and continue.</summary>
internal sealed class EndCounts(RunState state)
{
    /// <summary>Counts what the ends of a growth consist of, and lets wait who waits for them.</summary>
    public void Open(GraphGrowth growth, RunConsequences consequences)
    {
        AdditionEnd[] opened = [.. growth.Waits.Ends.Where(end => CountMembers(end) > 0)];
        foreach (AdditionEnd outer in opened.SelectMany(static end => end.Outer))
        {
            CountUp(outer, state.Graph.Ends.All.Count - growth.Waits.Ends.Count);
        }

        foreach (EndWait wait in growth.Waits.Waits)
        {
            int waiter = wait.Waiter.Subtask;
            if (wait.End.LostBy >= 0 && !wait.Waiter.IsOptional)
            {
                state.Await(waiter);
                state.Lose(waiter, state.CauseOf(wait.End.LostBy), consequences);
            }
            else if (wait.End.Open > 0)
            {
                state.Await(waiter);
            }
        }
    }

    /// <summary>An added subtask has succeeded.</summary>
    public void Ended(int added, RunConsequences consequences)
    {
        foreach (AdditionEnd end in state.Graph.Ends.With(added))
        {
            CountDown(end, consequences);
        }
    }

    /// <summary>An added subtask has ended without an output.</summary>
    public void Lost(int added, SkipCause cause, RunConsequences consequences)
    {
        foreach (AdditionEnd end in state.Graph.Ends.With(added))
        {
            if (IsLoss(added, cause.Reason))
            {
                Lose(end, added, cause, consequences);
            }

            CountDown(end, consequences);
        }
    }

    /// <summary>
    /// Whether those who wait for an end are skipped because an added subtask has not succeeded. Of what is added at once only the last subtasks are
    /// needed; and a condition skips what it guards, not what comes after everything that was added.
    /// </summary>
    private bool IsLoss(int added, SkipReason reason) => reason != SkipReason.Condition && state.Graph.Additions.IsLast(added);

    /// <summary>Something that is needed was lost: an end, and those that it is within, are lost with it, once.</summary>
    private void Lose(AdditionEnd lost, int added, SkipCause cause, RunConsequences consequences)
    {
        if (lost.LostBy >= 0)
        {
            return;
        }

        Stack<AdditionEnd> open = new([lost]);
        while (open.TryPop(out AdditionEnd? end))
        {
            if (end.LostBy >= 0)
            {
                continue;
            }

            end.LostBy = added;
            end.Outer.ForEach(open.Push);
            foreach (EndWaiter waiter in end.Waiters)
            {
                if (!waiter.IsOptional && state.IsWaiting(waiter.Subtask))
                {
                    state.Lose(waiter.Subtask, cause, consequences);
                }
            }
        }
    }

    /// <summary>A member of an end, or an end within it, is open no more.</summary>
    private void CountDown(AdditionEnd reached, RunConsequences consequences)
    {
        if (--reached.Open > 0)
        {
            return;
        }

        Stack<AdditionEnd> open = new([reached]);
        while (open.TryPop(out AdditionEnd? end))
        {
            foreach (EndWaiter waiter in end.Waiters)
            {
                if (waiter.IsOptional || end.LostBy < 0)
                {
                    state.ReleaseOne(waiter.Subtask, consequences);
                }
            }

            foreach (AdditionEnd outer in end.Outer)
            {
                if (--outer.Open == 0)
                {
                    open.Push(outer);
                }
            }
        }
    }

    /// <summary>Something within an end is open again, or for the first time: those who were released by it wait again.</summary>
    private void CountUp(AdditionEnd added, int firstNew)
    {
        Stack<AdditionEnd> open = new([added]);
        while (open.TryPop(out AdditionEnd? end))
        {
            if (end.Open++ > 0)
            {
                continue;
            }

            if (end.Number < firstNew)
            {
                state.Graph.Ends.KeepWaiters(end, state.CanWait);
                end.Waiters.ForEach(waiter => state.Await(waiter.Subtask));
            }

            end.Outer.ForEach(open.Push);
        }
    }

    /// <summary>Counts the open members of a new end.</summary>
    private int CountMembers(AdditionEnd end)
    {
        foreach (int member in end.Members)
        {
            if (state.IsOpen(member))
            {
                end.Open++;
            }
            else if (state.StateOf(member) != SubtaskState.Succeeded && IsLoss(member, state.CauseOf(member).Reason))
            {
                end.LostBy = member;
            }
        }

        return end.Open;
    }
}
