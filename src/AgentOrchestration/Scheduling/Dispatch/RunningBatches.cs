using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>Which running attempts have started together.</summary>
internal sealed class RunningBatches
{
    private readonly Dictionary<int, StartedBatch> _of = [];
    private int _started;

    public bool IsAny => _of.Count > 0;

    /// <summary>How many running attempts have no worker of their own.</summary>
    public int WithoutWorker { get; private set; }

    /// <summary>Attempts start together.</summary>
    public StartedBatch Begin(int[] members, ResourceLease? lease)
    {
        var batch = new StartedBatch(++_started, lease, members);
        foreach (int member in members)
        {
            _of.Add(member, batch);
        }

        WithoutWorker += members.Length - 1;
        return batch;
    }

    /// <summary>The batch of the running attempt of a subtask, or <see langword="null"/>.</summary>
    public StartedBatch? Of(int subtask) => _of.GetValueOrDefault(subtask);

    /// <summary>The running attempt of a subtask has ended.</summary>
    /// <returns>Whether it was the last of those it had started with, or alone.</returns>
    public bool End(int subtask)
    {
        if (!_of.Remove(subtask, out StartedBatch? batch) || --batch.Running == 0)
        {
            return true;
        }

        WithoutWorker--;
        return false;
    }
}
