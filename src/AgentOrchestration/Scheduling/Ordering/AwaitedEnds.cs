namespace AgentOrchestration.Scheduling.Ordering;

/// <summary>When the running subtasks that one waits for are expected to end. Those that have ended are dropped when they come to the front.</summary>
internal sealed class AwaitedEnds
{
    private readonly PriorityQueue<(int Subtask, long EndsAt), long> _byFirst = new();
    private readonly PriorityQueue<(int Subtask, long EndsAt), long> _byLast = new();
    private readonly PriorityQueue<(int Subtask, long EndsAt), long> _byLongest = new();

    /// <summary>Adds an attempt.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="endsAt">When it is expected to end, in UTC ticks.</param>
    /// <param name="ticks">How long it is expected to take.</param>
    public void Add(int subtask, long endsAt, long ticks)
    {
        _byFirst.Enqueue((subtask, endsAt), endsAt);
        _byLast.Enqueue((subtask, endsAt), -endsAt);
        _byLongest.Enqueue((subtask, endsAt), -ticks);
    }

    /// <summary>Finds the first and the last end of those that are running, and how long the longest takes.</summary>
    /// <param name="isRunning">Whether an attempt is running.</param>
    /// <param name="first">The first end.</param>
    /// <param name="last">The last end.</param>
    /// <param name="longest">The longest duration.</param>
    /// <returns>Whether any is running.</returns>
    public bool TryFind(Func<int, long, bool> isRunning, out long first, out long last, out long longest)
    {
        bool isAny = TryPeek(_byFirst, isRunning, out first) & TryPeek(_byLast, isRunning, out last) & TryPeek(_byLongest, isRunning, out longest);
        (last, longest) = (-last, -longest);
        return isAny;
    }

    private static bool TryPeek(PriorityQueue<(int Subtask, long EndsAt), long> ends, Func<int, long, bool> isRunning, out long key)
    {
        while (ends.TryPeek(out (int Subtask, long EndsAt) next, out key))
        {
            if (isRunning(next.Subtask, next.EndsAt))
            {
                return true;
            }

            ends.Dequeue();
        }

        return false;
    }
}
