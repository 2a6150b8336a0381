using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Execution.Secrets;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Execution.Run;

/// <summary>What people do with a run while it goes on, and what attempts report.</summary>
internal sealed partial class LocalRun
{
    public ValueTask CancelAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Hand(Tell(0, static (run, _, now, decisions) => run._core.CancelRun(now, decisions)));
        return WhenWrittenAsync(cancellationToken);
    }

    public ValueTask CancelAsync(string subtaskId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Hand(Tell(IndexOf(subtaskId), static (run, subtask, now, decisions) => run._core.CancelSubtask(subtask, now, decisions)));
        return WhenWrittenAsync(cancellationToken);
    }

    public async ValueTask<bool> DecideAsync(string subtaskId, string fingerprint, bool isApproved, string? by, string? reason, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool counted = false;
        int subtask = IndexOf(subtaskId);
        Hand(Tell(0, (run, _, now, decisions) => counted = run._core.Decided(subtask, fingerprint, isApproved, new ApprovalAnswer(by, reason), now, decisions)));
        await WhenWrittenAsync(cancellationToken).ConfigureAwait(false);
        return counted;
    }

    public async ValueTask<bool> ExtendBudgetAsync(RunBudget budget, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(budget);
        cancellationToken.ThrowIfCancellationRequested();
        bool counted = false;
        Hand(Tell(0, (run, _, now, decisions) => counted = run._core.ExtendBudget(budget, now, decisions)));
        await WhenWrittenAsync(cancellationToken).ConfigureAwait(false);
        return counted;
    }

    public void Report(LocalAttempt attempt, double fraction, string? message)
    {
        if (!IsHeard(attempt))
        {
            return;
        }

        long now = Now();
        attempt.Extras.LastProgress = now;
        var progress = new ProgressReported(fraction, message is null ? null : Redact(message)) { Sequence = History.Count - 1, Time = new DateTimeOffset(now, TimeSpan.Zero), SubtaskId = attempt.Subtask.Id };
        if (_ticks.Add(progress, attempt.Attempt))
        {
            _signal.Raise();
        }
    }

    public void Stream(LocalAttempt attempt, string text)
    {
        if (!IsHeard(attempt))
        {
            return;
        }

        long now = Now();
        attempt.Extras.LastProgress = now;
        if (attempt.Extras.HeldText is { } held || (Secrets.IsAny && (held = attempt.Extras.HeldTextOf(Secrets)) is not null))
        {
            StreamSafely(attempt, held, text, isEnd: false, now);
        }
        else
        {
            Show(attempt, text, now);
        }
    }

    /// <summary>Shows the rest of what an attempt has streamed, whose code has returned.</summary>
    public void EndText(LocalAttempt attempt, HeldText held)
    {
        if (IsHeard(attempt))
        {
            StreamSafely(attempt, held, "", isEnd: true, Now());
        }
    }

    private void StreamSafely(LocalAttempt attempt, HeldText held, string text, bool isEnd, long now)
    {
        lock (held)
        {
            if (held.Take(text, isEnd) is { Length: > 0 } shown)
            {
                Show(attempt, shown, now);
            }
        }
    }

    private void Show(LocalAttempt attempt, string text, long now)
    {
        _ticks.Add(new TextStreamed(text) { Sequence = History.Count - 1, Time = new DateTimeOffset(now, TimeSpan.Zero), SubtaskId = attempt.Subtask.Id });
        _signal.Raise();
    }

    /// <summary>What code still says when it has returned, or was abandoned, is not listened to.</summary>
    private bool IsHeard(LocalAttempt attempt) => !attempt.HasReturned && _core.State.IsCurrent(attempt.Index, attempt.Attempt);

    private int IndexOf(string subtaskId)
    {
        ArgumentNullException.ThrowIfNull(subtaskId);
        lock (_growthGate)
        {
            return Graph.IndexOf(subtaskId) ?? throw new ArgumentException($"The run has no subtask '{subtaskId}'.", nameof(subtaskId));
        }
    }
}
