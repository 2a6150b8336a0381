namespace AgentOrchestration.Resources;

/// <summary>Objects that are being made ahead of need and that nobody has asked for yet, the oldest first. Used inside the gate of their pool.</summary>
internal sealed class ObjectsInMaking
{
    private readonly LinkedList<Task<object?>> _tasks = new();

    public int Count => _tasks.Count;

    /// <summary>Another is being made.</summary>
    /// <returns>Receives the object; <see langword="null"/> when it could not be made.</returns>
    public TaskCompletionSource<object?> Begin()
    {
        var made = new TaskCompletionSource<object?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _tasks.AddLast(made.Task);
        return made;
    }

    /// <summary>Takes the one that was begun first, for a subtask that waits for it.</summary>
    public Task<object?>? Take()
    {
        Task<object?>? first = _tasks.First?.Value;
        if (first is not null)
        {
            _tasks.RemoveFirst();
        }

        return first;
    }

    /// <summary>Who has taken one waits for it no longer.</summary>
    /// <returns>Whether it is still being made.</returns>
    public bool TryPutBack(Task<object?> task)
    {
        if (!task.IsCompleted)
        {
            _tasks.AddFirst(task);
        }

        return !task.IsCompleted;
    }

    /// <summary>One was made, or could not be.</summary>
    /// <returns>Whether nobody has taken it.</returns>
    public bool End(Task<object?> task) => _tasks.Remove(task);
}
