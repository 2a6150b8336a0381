using AgentOrchestration.Scheduling.Dispatch;

namespace AgentOrchestration.Tests.Scheduling.Dispatch;

public sealed class RetryBackoffTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(int.MaxValue)]
    public void PauseAfter_AnyAttempt_StaysWithinTheMaximum(int attempt)
    {
        var retry = new RetryOptions { Delay = TimeSpan.FromDays(1), MaxDelay = TimeSpan.FromDays(2), Jitter = 0 };

        Assert.InRange(RetryBackoff.PauseAfter(retry, 1, 0, attempt), TimeSpan.FromDays(1), TimeSpan.FromDays(2));
    }

    [Fact]
    public void PauseAfter_FullJitter_SpreadsEvenly()
    {
        var retry = new RetryOptions { Delay = TimeSpan.FromSeconds(1), Jitter = 1 };

        double[] pauses = [.. Enumerable.Range(0, 10_000).Select(subtask => RetryBackoff.PauseAfter(retry, RetryBackoff.SeedOf("run"), subtask, 1).TotalSeconds)];

        Assert.All(Enumerable.Range(0, 10), tenth => Assert.InRange(pauses.Count(pause => (int)(pause * 10) == tenth), 850, 1150));
    }
}
