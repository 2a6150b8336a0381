using AgentOrchestration.Runs;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// Lets one of the subtasks that share a long prompt start first, and holds the others until the endpoint has the prompt in its cache: until the first shows
/// progress, ends, or has taken as long as nearly all need to. What is held holds nothing, and nothing is held when that one does not run.
/// </summary>
/// <param name="context">The run.</param>
/// <param name="observed">How long task types take; <see langword="null"/> when nothing is known.</param>
internal sealed class PromptOpeners(DispatchContext context, ObservedDurations? observed)
{
    /// <summary>How long endpoints keep a prompt, from the start of the last call that used it.</summary>
    private const long Lifetime = 5 * TimeSpan.TicksPerMinute;

    private const long Unknown = 30 * TimeSpan.TicksPerSecond;
    private const double NineteenOfTwenty = 1.645;
    private const double UnknownSpread = 0.5;
    private const int MostFailures = 2;

    private readonly Dictionary<string, SharedPrompt> _prompts = new(StringComparer.Ordinal);
    private readonly Dictionary<int, SharedPrompt?> _promptOf = [];
    private readonly List<SharedPrompt> _open = [];
    private readonly HashSet<int> _told = [];

    /// <summary>A subtask waits for its turn.</summary>
    public void Enqueued(int subtask) => PromptOf(subtask)?.Waiting.Add(subtask);

    /// <summary>Whether the endpoint knows the prompt of a subtask, so that nobody is held for it; so it is when the subtask has none.</summary>
    public bool IsKnown(int subtask, long now) => PromptOf(subtask) is not { } prompt || (!prompt.IsOpening && now < prompt.KnownUntil);

    /// <summary>An attempt starts.</summary>
    public void Begin(int subtask, int attempt, long now, HostCommands commands)
    {
        if (PromptOf(subtask) is not { IsOpening: false } prompt)
        {
            return;
        }

        if (now < prompt.KnownUntil)
        {
            prompt.KnownUntil = now + Lifetime;
        }
        else if (prompt.Failures < MostFailures)
        {
            prompt.Open(subtask, attempt, now, now + PatienceFor(subtask));
            _open.Add(prompt);
            Hold(prompt, now, commands);
        }
    }

    /// <summary>An attempt has shown its first progress.</summary>
    /// <param name="subtask">The subtask.</param>
    /// <param name="attempt">The attempt.</param>
    /// <param name="isReal">Whether something is to be learned from it.</param>
    /// <param name="now">When.</param>
    /// <returns>Whether others were held for it.</returns>
    public bool Progressed(int subtask, int attempt, bool isReal, long now)
    {
        if (PromptOf(subtask) is not { IsOpening: true } prompt || prompt.Opener != subtask || prompt.Attempt != attempt)
        {
            return false;
        }

        if (isReal)
        {
            observed?.ObserveFirstProgress(context.Graph.TaskTypes[subtask].Name, new TimeSpan(now - prompt.Since));
        }

        Close(prompt, isKnown: true);
        return true;
    }

    /// <summary>Before anything starts: releases those whose first has ended or taken too long, and holds those that have come meanwhile.</summary>
    public void Review(long now, HostCommands commands)
    {
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            SharedPrompt prompt = _open[i];
            if (!context.State.IsCurrent(prompt.Opener, prompt.Attempt))
            {
                Close(prompt, isKnown: context.State.StateOf(prompt.Opener) == SubtaskState.Succeeded);
            }
            else if (now >= prompt.Until)
            {
                Close(prompt, isKnown: true);
            }
            else
            {
                Hold(prompt, now, commands);
            }
        }
    }

    private void Hold(SharedPrompt prompt, long now, HostCommands commands)
    {
        foreach (int subtask in prompt.Waiting)
        {
            if (context.Waits.Of(subtask) != WaitReason.Turn)
            {
                // It has started, ended, or waits for something else by now.
                continue;
            }

            if (prompt.Held.Count == 0)
            {
                commands.WatchProgress(prompt.Opener, prompt.Attempt);
                commands.WakeRunAt(prompt.Until);
            }

            context.Waits.Leave(subtask);
            context.Waits.Begin(subtask, WaitReason.Opener);
            prompt.Held.Add(subtask);
            if (_told.Add(subtask))
            {
                context.Record(new RunFact(RunFactKind.StartHeld, now, subtask, detail: (byte)HoldReason.SharedPrompt, payload: new StartHold(prompt.Until)));
            }
        }

        prompt.Waiting.Clear();
    }

    private void Close(SharedPrompt prompt, bool isKnown)
    {
        _open.Remove(prompt);
        foreach (int subtask in prompt.Close(isKnown, Lifetime))
        {
            if (context.Waits.End(subtask, WaitReason.Opener))
            {
                context.Waits.Enqueue(subtask);
            }
        }
    }

    /// <summary>How long nearly all need to their first progress, or else to their end.</summary>
    private long PatienceFor(int subtask)
    {
        Subtask what = context.Graph.SubtaskAt(subtask);
        double ticks = observed?.FirstProgressOf(what.TaskType) is { Count: > 0 } seen
            ? Math.Exp(seen.Mean + (NineteenOfTwenty * (seen.Spread ?? UnknownSpread))) * TimeSpan.TicksPerSecond
            : (observed?.Expect(what) ?? what.EstimatedDuration) is { Ticks: > 0 } expected
                ? expected.Ticks * Math.Exp(NineteenOfTwenty * (observed?.SpreadOf(what) ?? UnknownSpread))
                : Unknown;
        return (long)Math.Clamp(ticks, 1, Lifetime);
    }

    private SharedPrompt? PromptOf(int subtask)
    {
        if (!_promptOf.TryGetValue(subtask, out SharedPrompt? prompt))
        {
            prompt = KeyOf(subtask) is not { } key ? null : _prompts.TryGetValue(key, out SharedPrompt? known) ? known : _prompts[key] = new SharedPrompt();
            _promptOf.Add(subtask, prompt);
        }

        return prompt;
    }

    /// <summary>A rule of the application that throws holds nothing back.</summary>
    private string? KeyOf(int subtask)
    {
        try
        {
            return context.Graph.TaskTypes[subtask].Options.SharedPrompt?.Invoke(context.Graph.SubtaskAt(subtask));
        }
        catch (Exception)
        {
            return null;
        }
    }
}
