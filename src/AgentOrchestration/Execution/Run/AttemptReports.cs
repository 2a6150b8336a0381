using System.Collections.Concurrent;
using AgentOrchestration.Execution.Attempts;
using AgentOrchestration.Execution.Secrets;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Execution.Run;

/// <summary>Shows the progress and the text that attempts report. What code still reports when it has returned, or was abandoned, is ignored.</summary>
internal sealed class AttemptReports(RunEnvironment run, RunClock clock, RunTicks ticks)
{
    // Of subtasks whose attempts may run beside each other, the attempt that is shown: the first that has reported something, as long as it runs and no other succeeds.
    private readonly ConcurrentDictionary<int, int>? _shown = run.Options.Extra.HedgeShare > 0 ? [] : null;

    public void Report(LocalAttempt attempt, double fraction, string? message)
    {
        if (!Counts(attempt))
        {
            return;
        }

        long now = clock.Now();
        attempt.Extras.LastProgress = now;
        if (!IsShown(attempt))
        {
            return;
        }

        var progress = new ProgressReported(fraction, message is null ? null : run.Redact(message)) { Sequence = run.History.Count - 1, Time = new DateTimeOffset(now, TimeSpan.Zero), SubtaskId = attempt.Subtask.Id, Attempt = attempt.Attempt };
        if (ticks.Add(progress, attempt.Attempt))
        {
            run.Signal.Raise();
        }
    }

    public void Stream(LocalAttempt attempt, string text)
    {
        if (!Counts(attempt))
        {
            return;
        }

        long now = clock.Now();
        attempt.Extras.LastProgress = now;
        if (attempt.IsEarly)
        {
            return;
        }

        if (attempt.Extras.HeldText is { } held || (run.Secrets.IsAny && (held = attempt.Extras.HeldTextOf(run.Secrets)) is not null))
        {
            StreamSafely(attempt, held, text, isEnd: false, now);
        }
        else
        {
            ShowOrHide(attempt, text, now);
        }
    }

    /// <summary>
    /// Shows the rest of what an attempt has streamed, whose code has returned. Of attempts that run beside each other the first that succeeds gives the output: if it
    /// was hidden, all of its text is shown now.
    /// </summary>
    public void EndText(LocalAttempt attempt, bool hasSucceeded)
    {
        if (!Counts(attempt))
        {
            return;
        }

        if (hasSucceeded && _shown is not null)
        {
            _shown[attempt.Index] = attempt.Attempt;
        }

        long now = clock.Now();
        if (attempt.Extras.HeldText is { } held)
        {
            StreamSafely(attempt, held, "", isEnd: true, now);
        }

        if (attempt.Extras.HiddenText is not null)
        {
            ShowOrHide(attempt, "", now);
        }
    }

    private void StreamSafely(LocalAttempt attempt, HeldText held, string text, bool isEnd, long now)
    {
        lock (held)
        {
            if (held.Take(text, isEnd) is { Length: > 0 } shown)
            {
                ShowOrHide(attempt, shown, now);
            }
        }
    }

    /// <summary>Shows text without secrets, and before it what was hidden; or hides it as long as another attempt of the subtask is shown.</summary>
    private void ShowOrHide(LocalAttempt attempt, string text, long now)
    {
        if (_shown is null)
        {
            Show(attempt, text, now);
            return;
        }

        HiddenText hidden = attempt.Extras.HiddenTextOrNew();
        lock (hidden)
        {
            if (!IsShown(attempt))
            {
                hidden.Add(text);
            }
            else if (hidden.Take() + text is { Length: > 0 } all)
            {
                Show(attempt, all, now);
            }
        }
    }

    private void Show(LocalAttempt attempt, string text, long now)
    {
        ticks.Add(new TextStreamed(text) { Sequence = run.History.Count - 1, Time = new DateTimeOffset(now, TimeSpan.Zero), SubtaskId = attempt.Subtask.Id, Attempt = attempt.Attempt });
        run.Signal.Raise();
    }

    /// <summary>Whether it is shown what an attempt reports: of two that run beside each other one is, so that their texts are not mixed.</summary>
    private bool IsShown(LocalAttempt attempt)
    {
        if (_shown is null)
        {
            return true;
        }

        int shown = _shown.GetOrAdd(attempt.Index, attempt.Attempt);
        return shown == attempt.Attempt
            || (!run.Core.State.IsCurrent(attempt.Index, shown) && _shown.TryUpdate(attempt.Index, attempt.Attempt, shown));
    }

    private bool Counts(LocalAttempt attempt) => !attempt.HasReturned && run.Core.State.IsCurrent(attempt.Index, attempt.Attempt);
}
