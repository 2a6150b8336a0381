using AgentOrchestration.Runs;

namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>When the code of an attempt has to end, and with it the runs that it starts. It is ambient while the code runs.</summary>
/// <param name="flow">The run of the attempt.</param>
/// <param name="subtask">The subtask.</param>
/// <param name="end">When the attempt has to end, in UTC ticks of the run; <see langword="null"/> for never.</param>
/// <param name="lastEnd">When the last attempt of the subtask has to end; <see langword="null"/> for never.</param>
internal sealed class CodeDeadline(RunFlow flow, int subtask, long? end, long? lastEnd)
{
    private static readonly AsyncLocal<CodeDeadline?> Ambient = new();

    private readonly RunFlow _flow = flow;
    private volatile bool _isOver;

    /// <summary>Gets whether the deadlines of the run do not count: for what compensates, because that follows the end of the run.</summary>
    public bool IsAfterRun { get; init; }

    /// <summary>Gets what the calling code has entered.</summary>
    public static CodeDeadline? Entered => Ambient.Value;

    /// <summary>From here on the calling code has to end at a deadline, or at none but those of its run.</summary>
    public static void Enter(CodeDeadline? deadline)
    {
        if (Ambient.Value != deadline)
        {
            Ambient.Value = deadline;
        }
    }

    /// <summary>The code of the attempt has returned. What still runs of it is bound by the run only.</summary>
    public void End() => _isOver = true;

    /// <summary>The deadlines of a run that the calling code starts now, by the time of the calling code's run.</summary>
    /// <returns>The deadlines and that time; <see langword="null"/> when there are none.</returns>
    public static (RunDeadlines Deadlines, long Now)? Current()
    {
        if (Ambient.Value is { } code && !code._isOver)
        {
            RunFlow run = code._flow;
            return run.Now is { } time ? (code.Within(code.IsAfterRun ? null : run.Deadlines), time()) : null;
        }

        return RunFlow.Current is { Deadlines: { } deadlines, Now: { } now } ? (deadlines, now()) : null;
    }

    private RunDeadlines Within(RunDeadlines? run) => new(
        InheritedDeadline.Earlier(run?.Lasting, lastEnd is { } last ? new InheritedDeadline(last, $"{_flow.NameOf(subtask)} over all its attempts") : null),
        InheritedDeadline.Earlier(run?.OfAttempt, end is { } own ? new InheritedDeadline(own, _flow.NameOf(subtask)) : null));
}
