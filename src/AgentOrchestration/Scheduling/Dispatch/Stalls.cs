namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>Ends by name what cannot continue by itself, instead of letting it wait for ever.</summary>
internal sealed class Stalls(DispatchContext context, ReadyQueue ready, StartGate gate, AttemptStops stops, SubtaskOutcomes subtasks)
{
    // Most of the time an attempt is running; then nothing else is looked at.
    private bool IsIdle => !context.State.IsAnyRunning && context.Waits.Outstanding == 0 && !gate.IsClosed && context.State.Open > 0 && !context.Consequences.Any;

    /// <summary>Fails what can never start when nothing of the run is in progress.</summary>
    /// <returns>Whether something ended that others may have been held back for.</returns>
    public bool Fail(long now)
    {
        if (!IsIdle)
        {
            return false;
        }

        if (!ready.IsAllParked)
        {
            if (ready.Count == 0)
            {
                FailStalled(now);
            }

            return false;
        }

        // Other runs may release what these wait for; abandoned code of this run perhaps never will.
        IReadOnlyList<int> hopeless = stops.Abandoned == 0 ? [] : ready.TakeHopeless(stops.LostLeases(now));
        foreach (int subtask in hopeless)
        {
            context.Waits.Dequeued(subtask);
        }

        foreach (int subtask in hopeless)
        {
            var error = new SubtaskError("ResourcesAbandoned", "What it needs is held by an abandoned attempt of this run that has not returned.");
            subtasks.Fail(subtask, context.State.AttemptOf(subtask), error, now);
        }

        return hopeless.Count > 0;
    }

    /// <summary>Nothing can ever happen: a defect of ours.</summary>
    private void FailStalled(long now)
    {
        for (int subtask = 0; subtask < context.Graph.Count; subtask++)
        {
            if (context.State.IsOpen(subtask))
            {
                var error = new SubtaskError(
                    "RunStalled", $"The run stalled while this subtask was {context.State.StateOf(subtask)} ({context.Waits.Of(subtask)}). This is a defect of the library.");
                subtasks.Fail(subtask, context.State.AttemptOf(subtask), error, now);
            }
        }
    }
}
