using AgentOrchestration.Graph.Growth;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>What each ready subtask waits for. Whatever it is, the subtask holds nothing.</summary>
/// <param name="count">The number of subtasks.</param>
/// <param name="ready">Where those are that wait for their turn.</param>
/// <param name="batches">Which of those may be in one batch.</param>
internal sealed class Waits(int count, ReadyQueue ready, BatchLines batches)
{
    private WaitReason[] _reasons = new WaitReason[count];

    /// <summary>The number of answers of the host, of people or of timers that are waited for.</summary>
    public int Outstanding { get; private set; }

    /// <summary>How many subtasks are being prepared, and most likely about to wait for their turn.</summary>
    public int Preparing { get; private set; }

    /// <summary>How many subtasks most likely are to start soon: they are being prepared, or wait for their next attempt, or for others that start first.</summary>
    public int Coming { get; private set; }

    public WaitReason Of(int subtask) => _reasons[subtask];

    /// <summary>Holds back what shares a long prompt; <see langword="null"/> when nothing does.</summary>
    public PromptOpeners? Openers { get; set; }

    /// <summary>Makes room for subtasks that are added.</summary>
    public void Reserve(int subtasks) => GrowingArray.Reserve(ref _reasons, subtasks);

    /// <summary>Lets a subtask wait for its turn.</summary>
    public void Enqueue(int subtask)
    {
        _reasons[subtask] = WaitReason.Turn;
        ready.Enqueue(subtask);
        Openers?.Enqueued(subtask);
        batches.Enqueue(subtask);
    }

    /// <summary>A subtask was taken out of the queue.</summary>
    public void Dequeued(int subtask)
    {
        _reasons[subtask] = WaitReason.None;
        batches.Leave(subtask);
    }

    /// <summary>Lets a subtask wait for an identical one.</summary>
    public void BeginDuplicate(int subtask) => _reasons[subtask] = WaitReason.Duplicate;

    /// <summary>Lets a subtask wait for an answer.</summary>
    public void Begin(int subtask, WaitReason reason)
    {
        _reasons[subtask] = reason;
        Count(reason, 1);
    }

    /// <summary>An answer has come.</summary>
    /// <returns>Whether the subtask was waiting for it.</returns>
    public bool End(int subtask, WaitReason reason)
    {
        if (_reasons[subtask] != reason)
        {
            return false;
        }

        _reasons[subtask] = WaitReason.None;
        Count(reason, -1);
        return true;
    }

    /// <summary>Takes a subtask out of whatever it waits for.</summary>
    public void Leave(int subtask)
    {
        switch (_reasons[subtask])
        {
            case WaitReason.Turn:
                ready.Remove(subtask);
                batches.Leave(subtask);
                break;
            case WaitReason.Duplicate or WaitReason.None:
                break;
            default:
                Count(_reasons[subtask], -1);
                break;
        }

        _reasons[subtask] = WaitReason.None;
    }

    /// <summary>Takes all subtasks out of whatever they wait for.</summary>
    public void Clear()
    {
        ready.Clear();
        batches.Clear();
        Array.Clear(_reasons);
        Outstanding = 0;
        Preparing = 0;
        Coming = 0;
    }

    private void Count(WaitReason reason, int change)
    {
        Outstanding += change;
        Preparing += reason == WaitReason.Preparation ? change : 0;
        Coming += reason is WaitReason.Preparation or WaitReason.Retry or WaitReason.Opener or WaitReason.Batch ? change : 0;
    }
}
