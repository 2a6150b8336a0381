using AgentOrchestration.Graph.Growth;

namespace AgentOrchestration.Execution.Attempts;

/// <summary>
/// What an attempt adds to its run, call by call: each is checked against the run and what came before, and the whole once more when it joins the run.
/// Safe to call from any thread.
/// </summary>
internal sealed class AttemptAdditions
{
    private readonly Lock _gate = new();
    private readonly AdditionDraft _draft = new();
    private string _goal = "";
    private int _version;
    private bool _isTaken;

    /// <summary>Adds subtasks, unless the attempt has returned.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="build">Adds the subtasks.</param>
    /// <exception cref="InvalidPlanException">They do not pass the checks; nothing is added.</exception>
    /// <exception cref="InvalidOperationException">The attempt has returned, or another thread added subtasks while this one changed some.</exception>
    public void Add(LocalAttempt attempt, Action<TaskPlanBuilder> build)
    {
        int? edited = null;
        var builder = new TaskPlanBuilder(attempt.Executor.Serializer.Options) { Earlier = TakeEarlier };
        build(builder);
        TaskPlan more = builder.Build();
        lock (_gate)
        {
            if (_isTaken || attempt.HasReturned)
            {
                throw new InvalidOperationException(
                    $"Attempt {attempt.Attempt} of the subtask '{attempt.Subtask.Id}' has ended, so what it adds would be lost. Add subtasks before the code returns, and await everything that it starts.");
            }

            if (edited is { } version && version != _version)
            {
                throw new InvalidOperationException("Another thread has added subtasks while this one changed some of those that were there. Change them on one thread at a time.");
            }

            Add(attempt, more, isWhole: edited is not null);
            _goal = more.Goal;
            _version++;
        }

        IReadOnlyList<Subtask> TakeEarlier()
        {
            lock (_gate)
            {
                edited = _version;
                return [.. _draft.Subtasks];
            }
        }
    }

    /// <summary>Takes what was added; from now on nothing is.</summary>
    /// <returns>The additions; <see langword="null"/> for none.</returns>
    public TaskPlan? Take()
    {
        lock (_gate)
        {
            _isTaken = true;
            return _draft.Count == 0 ? null : new TaskPlan { Goal = _goal, Subtasks = [.. _draft.Subtasks] };
        }
    }

    private void Add(LocalAttempt attempt, TaskPlan more, bool isWhole)
    {
        if (isWhole || !_draft.IsIndependentOf(more.Subtasks))
        {
            TaskPlan whole = isWhole ? more : more with { Subtasks = [.. _draft.Subtasks, .. more.Subtasks] };
            attempt.CheckAdditions(whole, new AdditionDraft());
            _draft.Clear();
            _draft.Add(whole.Subtasks);
        }
        else if (more.Subtasks.Count > 0 || _draft.Count == 0)
        {
            attempt.CheckAdditions(more, _draft);
            _draft.Add(more.Subtasks);
        }
    }
}
