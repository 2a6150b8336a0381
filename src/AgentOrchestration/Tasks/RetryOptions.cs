using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration;

/// <summary>
/// Whether and when a failed attempt is tried again. The pause before attempt n+1 is
/// <c>min(MaxDelay, Delay · 2^(n−1)) · (1 − Jitter · u)</c>, with u in [0, 1) a hash of run, subtask and attempt, so that a replay of
/// the run decides the same. An error that names a time itself is waited for that long.
/// </summary>
public sealed class RetryOptions
{
    /// <summary>How often a subtask is tried in all, from 1 to 10,000. Default: 1, no retry.</summary>
    public int MaxAttempts { get; set; } = 1;

    /// <summary>The pause after the first failure. Default: 1 second.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause. Default: 30 seconds.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The share of a pause that is random, from 0 to 1. Default: 0.2.</summary>
    public double Jitter { get; set; } = 0.2;

    /// <summary>
    /// Whether an error is worth another attempt; asked about the exception as it was thrown. A timed-out attempt shows as a
    /// <see cref="TimeoutException"/>. A <see cref="TaskFailedException"/> that is final is never tried again, also when it is inside an
    /// <see cref="AggregateException"/> or a <see cref="System.Reflection.TargetInvocationException"/>. Must not throw. Default: every error is.
    /// </summary>
    public Func<Exception, bool> ShouldRetry { get; set; } = static _ => true;

    /// <summary>
    /// How long an error itself says to wait, such as the <c>Retry-After</c> of an HTTP answer; <see langword="null"/> when it says
    /// nothing. It replaces the pause, also above <see cref="MaxDelay"/>, up to 30 days. Of an <see cref="AggregateException"/> and a
    /// <see cref="System.Reflection.TargetInvocationException"/> it is also asked about all errors inside; the longest time counts. Must not
    /// throw. Default: what a <see cref="TaskFailedException"/> says.
    /// </summary>
    public Func<Exception, TimeSpan?> RetryAfter { get; set; } = static exception => (exception as TaskFailedException)?.RetryAfter;

    /// <summary>Whether an error is worth another attempt. A rule that throws has not said that it is.</summary>
    internal bool MayRetry(Exception exception)
    {
        try
        {
            return !ThrownErrors.In(exception).Any(error => error is TaskFailedException { IsFinal: true } or InvalidPayloadException { IsFinal: true }) && ShouldRetry(exception);
        }
        catch (Exception)
        {
            return false;
        }
    }

    /// <summary>How long an error, or the one inside it that asks for the most, says to wait. A rule that throws has said nothing.</summary>
    internal TimeSpan? PauseOf(Exception exception)
    {
        try
        {
            return ThrownErrors.In(exception).Max(RetryAfter);
        }
        catch (Exception)
        {
            return null;
        }
    }

    internal RetryOptions Copy() => (RetryOptions)MemberwiseClone();
}
