namespace AgentOrchestration.Tasks.Deferring;

/// <summary>Specifies how a batch endpoint is used.</summary>
public sealed class BatchEndpointOptions
{
    /// <summary>How often the time of <see cref="CollectFor"/> calls are collected at most.</summary>
    internal const int LongestCollection = 20;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>
    /// Gets or sets the time in which nine of ten batches are answered: a call is deferred when so much time is left before it has to be made without waiting. Learned from batches
    /// when there were enough in this process.
    /// </summary>
    /// <value>Greater than zero, at most 7 days. The default value is 1 hour.</value>
    public TimeSpan ExpectedTime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Gets or sets how long the calls of a run are collected for one batch: until none has come for this time, at most twenty times as long.</summary>
    /// <value>From zero to 7 days. The default value is 30 seconds.</value>
    public TimeSpan CollectFor { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets the time before the endpoint is asked the first time how far a batch is. Later pauses are longer, at most ten times as long.</summary>
    /// <value>Greater than zero, at most 7 days. The default value is 30 seconds.</value>
    public TimeSpan PollAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets how long the endpoint may need to cancel a batch: so long before the calls must be made without waiting it is asked to.</summary>
    /// <value>From zero to 7 days. The default value is 10 minutes, as OpenAI names it.</value>
    public TimeSpan CancelTime { get; set; } = TimeSpan.FromMinutes(10);

    internal BatchEndpointOptions Copy() => (BatchEndpointOptions)MemberwiseClone();

    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    internal void Check(string name)
    {
        Require(ExpectedTime > TimeSpan.Zero && ExpectedTime <= Longest, nameof(ExpectedTime), ExpectedTime);
        Require(CollectFor >= TimeSpan.Zero && CollectFor <= Longest, nameof(CollectFor), CollectFor);
        Require(PollAfter > TimeSpan.Zero && PollAfter <= Longest, nameof(PollAfter), PollAfter);
        Require(CancelTime >= TimeSpan.Zero && CancelTime <= Longest, nameof(CancelTime), CancelTime);

        void Require(bool kept, string option, TimeSpan value)
        {
            if (!kept)
            {
                throw new ArgumentOutOfRangeException(option, value, $"The batch endpoint of '{name}' cannot be added: {option} is out of range.");
            }
        }
    }
}
