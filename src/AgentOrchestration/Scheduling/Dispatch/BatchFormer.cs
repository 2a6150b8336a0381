using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// Takes along what is ready: when a subtask whose code takes several gets a worker and its lease, those that may be in one batch with it start too, as many as fit.
/// They need nothing more, so nobody is passed over.
/// </summary>
/// <param name="context">The run.</param>
/// <param name="ready">The subtasks that wait for their turn.</param>
/// <param name="lines">Which of them may be in one batch.</param>
/// <param name="batches">The running batches.</param>
internal sealed class BatchFormer(DispatchContext context, ReadyQueue ready, BatchLines lines, RunningBatches batches)
{
    private readonly List<int> _members = [];

    /// <summary>Whether any subtask has waited that may be in a batch.</summary>
    public bool IsAny => lines.IsAny;

    /// <summary>How many workers are busy.</summary>
    public int BusyWorkers => context.State.Running + context.State.Beside - batches.WithoutWorker;

    /// <summary>Forms the batch of a subtask that starts now.</summary>
    /// <param name="first">The subtask.</param>
    /// <param name="lease">What it holds.</param>
    /// <param name="tryJoin">Whether another may start too; it is reserved for then.</param>
    /// <returns>The batch; <see langword="null"/> when nothing is there to be taken along, or the code takes one at a time.</returns>
    public StartedBatch? Form(int first, ResourceLease? lease, Predicate<int> tryJoin)
    {
        if (!lines.IsAny || context.Graph.Policies[first].Batch is not { } group)
        {
            return null;
        }

        _members.Clear();
        _members.Add(first);
        while (_members.Count < group.Options.MaxSize && lines.FindCompanion(first, context.Waits) is >= 0 and var companion && tryJoin(companion))
        {
            ready.Remove(companion);
            context.Waits.Dequeued(companion);
            _members.Add(companion);
        }

        return _members.Count > 1 ? batches.Begin([.. _members], lease) : null;
    }
}
