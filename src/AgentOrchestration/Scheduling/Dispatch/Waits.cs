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
        Outstanding++;
        Preparing += reason == WaitReason.Preparation ? 1 : 0;
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
        Outstanding--;
        Preparing -= reason == WaitReason.Preparation ? 1 : 0;
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
                Outstanding--;
                Preparing -= _reasons[subtask] == WaitReason.Preparation ? 1 : 0;
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
    }
}
