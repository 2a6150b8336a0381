using AgentOrchestration.Runs;
using AgentOrchestration.Scheduling.Sharing;

namespace AgentOrchestration.Execution.Run;

/// <summary>Gives a run that is started or resumed in the code of a subtask the deadlines of that code.</summary>
internal static class NestedDeadline
{
    /// <returns>The options; a copy when the calling code has a deadline.</returns>
    public static RunOptions Inherit(RunOptions options, TimeProvider timeProvider)
    {
        if (CodeDeadline.Current() is not { } current)
        {
            return options;
        }

        // By what is left, because the clock of the caller's run does not follow that of the system.
        long shift = timeProvider.GetUtcNow().UtcTicks - current.Now;
        return new RunOptions(options)
        {
            LastingDeadline = InheritedDeadline.Earlier(options.LastingDeadline, Shifted(current.Deadlines.Lasting, shift)),
            AttemptDeadline = InheritedDeadline.Earlier(options.AttemptDeadline, Shifted(current.Deadlines.OfAttempt, shift)),
        };
    }

    private static InheritedDeadline? Shifted(InheritedDeadline? deadline, long shift) => deadline is null ? null : deadline with { At = deadline.At + shift };
}
