using AgentOrchestration.Results;

namespace AgentOrchestration.Tests.Results;

/// <summary>Rules for the times of every run, whatever ran early or beside something else.</summary>
internal static class TimingRules
{
    public static void Check(IReadOnlyList<RunEvent> events)
    {
        RunSnapshot run = RunSnapshot.Fold(events);
        RunTiming timing = RunTiming.Of(run);

        Assert.InRange(timing.CriticalPath.Duration, TimeSpan.Zero, timing.Makespan);
        Assert.True(timing.Makespan == TimeSpan.Zero || timing.SpeedUp <= timing.PeakParallelism, $"{timing.SpeedUp} times as fast with at most {timing.PeakParallelism} at a time.");
        Assert.All(run.Subtasks, subtask =>
        {
            Assert.InRange(subtask.WorkTime, TimeSpan.Zero, timing.Makespan);
            Assert.All(subtask.AttemptIntervals, span => Assert.NotNull(span.EndedAt));
        });
    }
}
