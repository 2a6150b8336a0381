using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks.Batching;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// Splits a batch whose code has failed: those that it has not answered are tried again in two halves, or one by one. A half starts when all of it has returned.
/// None of it counts against their attempts.
/// </summary>
/// <param name="context">The run.</param>
/// <param name="lines">The subtasks that may be in one batch.</param>
/// <param name="batches">The running batches.</param>
internal sealed class BatchParts(DispatchContext context, BatchLines lines, RunningBatches batches)
{
    private readonly Dictionary<int, (int Expected, List<int> Returned)> _open = [];
    private Dictionary<int, int>? _uncounted;

    // Members of a broken batch that have not returned yet.
    private HashSet<int>? _breaking;
    private int _parts;

    /// <summary>How many attempts of a subtask do not count, because only their batch has failed.</summary>
    public int UncountedOf(int subtask) => _uncounted?.GetValueOrDefault(subtask) ?? 0;

    /// <summary>The code of an attempt has failed with its batch. Called before the attempt ends.</summary>
    /// <returns>Whether the attempt does not count, and the subtask is tried again in a part of the batch.</returns>
    public bool Break(int subtask)
    {
        if (_breaking?.Contains(subtask) == true)
        {
            return true;
        }

        if (batches.Of(subtask) is not { } batch || context.Graph.Policies[subtask].Batch!.Options.WhenBroken is var when && when == BrokenBatch.Fail)
        {
            return false;
        }

        int[] unanswered = [.. batch.Members.Where(member => batches.Of(member) == batch)];
        int size = when == BrokenBatch.OneByOne ? 1 : Math.Max(1, (unanswered.Length + 1) / 2);
        foreach (int[] part in unanswered.Chunk(size))
        {
            _open.Add(++_parts, (part.Length, []));
            foreach (int member in part)
            {
                lines.SetPart(member, _parts);
                (_breaking ??= []).Add(member);
            }
        }

        return true;
    }

    /// <summary>A broken attempt has ended, and its subtask waits for the others of its part.</summary>
    public void Wait(int subtask)
    {
        Count(subtask);
        context.Waits.Begin(subtask, WaitReason.Batch);
        _open[lines.PartOf(subtask)].Returned.Add(subtask);
        Return(subtask);
    }

    /// <summary>The running attempt of a subtask has ended in whatever way: its part does not wait for it.</summary>
    public void Return(int subtask)
    {
        if (_breaking?.Remove(subtask) != true)
        {
            return;
        }

        int part = lines.PartOf(subtask);
        (int expected, List<int> returned) = _open[part];
        if (expected > 1)
        {
            _open[part] = (expected - 1, returned);
            return;
        }

        _open.Remove(part);
        foreach (int member in returned)
        {
            if (context.Waits.End(member, WaitReason.Batch))
            {
                context.Waits.Enqueue(member);
            }
        }
    }

    /// <summary>Applies a fact of the run's past.</summary>
    public void Replay(in RunFact fact)
    {
        if (fact is { Kind: RunFactKind.AttemptFailed, Detail: not 0 })
        {
            Count(fact.Subtask);
        }
    }

    private void Count(int subtask) => (_uncounted ??= [])[subtask] = UncountedOf(subtask) + 1;
}
