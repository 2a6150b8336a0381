using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Endpoints;

namespace AgentOrchestration;

/// <summary>
/// Specifies whether and when a failed attempt is retried. The pause before attempt n+1 is <c>min(MaxDelay, Delay · 2^(n−1)) · (1 − Jitter · u)</c>,
/// with u in [0, 1) a hash of run, subtask and attempt, so that a replay of the run makes the same decision. An error that asks for a wait itself is
/// given that time.
/// </summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration().AddTaskType&lt;ReadTable&gt;(options =&gt;
/// {
///     options.Retry.MaxAttempts = 4;
///     options.Retry.Delay = TimeSpan.FromMilliseconds(200);
///     options.Retry.ShouldRetry = error =&gt; error is HttpRequestException or TimeoutException;
/// });
/// </code>
/// </example>
public sealed class RetryOptions
{
    /// <summary>Gets or sets the maximum number of attempts, the first included.</summary>
    /// <value>From 1 to 10,000. The default value is 1: no retry.</value>
    public int MaxAttempts { get; set; } = 1;

    /// <summary>Gets or sets the pause after the first failure.</summary>
    /// <value>The default value is 1 second.</value>
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets the longest pause.</summary>
    /// <value>The default value is 30 seconds.</value>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets the random share of a pause.</summary>
    /// <value>From 0 to 1. The default value is 0.2.</value>
    public double Jitter { get; set; } = 0.2;

    /// <summary>
    /// Gets or sets a predicate that decides whether an error is worth another attempt. It receives the exception as it was thrown; for a timed-out
    /// attempt, a <see cref="TimeoutException"/>. A <see cref="TaskFailedException"/> that is final is never retried, also when it is inside an
    /// <see cref="AggregateException"/> or a <see cref="System.Reflection.TargetInvocationException"/>. It must not throw.
    /// </summary>
    /// <value>The default value accepts every error.</value>
    public Func<Exception, bool> ShouldRetry { get; set; } = static _ => true;

    /// <summary>
    /// Gets or sets a function that reads the wait an error itself asks for, such as the <c>Retry-After</c> of an HTTP response;
    /// <see langword="null"/> when it asks for none. The result replaces the pause, also above <see cref="MaxDelay"/>, up to 30 days. For an
    /// <see cref="AggregateException"/> and a <see cref="System.Reflection.TargetInvocationException"/> it is also called for all errors inside; the
    /// longest time counts. It must not throw.
    /// </summary>
    /// <value>The default value reads <see cref="TaskFailedException.RetryAfter"/> and <see cref="ModelEndpointRejectedException.RetryAfter"/>.</value>
    public Func<Exception, TimeSpan?> RetryAfter { get; set; } =
        static exception => (exception as TaskFailedException)?.RetryAfter ?? (exception as ModelEndpointRejectedException)?.RetryAfter;

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
