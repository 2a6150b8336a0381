namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>Specifies what a model's endpoint accepts. What is not known may be left out: it is learned from the headers of its answers, where they reach the gate.</summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration().AddModelEndpoint("gpt", endpoint =&gt;
/// {
///     endpoint.RequestsPerMinute = 60;
///     endpoint.InputTokensPerMinute = 100_000;
/// });
/// </code>
/// </example>
public sealed class ModelEndpointOptions
{
    /// <summary>Gets or sets the number of requests that the endpoint accepts in a minute.</summary>
    /// <value>Greater than 0. The default value is <see langword="null"/>: not known.</value>
    public int? RequestsPerMinute { get; set; }

    /// <summary>Gets or sets the number of input tokens that the endpoint accepts in a minute.</summary>
    /// <value>Greater than 0. The default value is <see langword="null"/>: not known.</value>
    public int? InputTokensPerMinute { get; set; }

    /// <summary>Gets or sets the number of output tokens that the endpoint writes in a minute.</summary>
    /// <value>Greater than 0. The default value is <see langword="null"/>: not known.</value>
    public int? OutputTokensPerMinute { get; set; }

    /// <summary>Gets or sets a value that indicates whether input that the endpoint reads from its prompt cache counts against its limit of input tokens. Providers differ.</summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool CachedInputCounts { get; set; } = true;

    /// <summary>Gets or sets the maximum number of calls at a time.</summary>
    /// <value>Greater than 0. The default value is <see langword="null"/>: no limit, until the endpoint rejects calls.</value>
    public int? MaxConcurrency { get; set; }

    /// <summary>Gets or sets the number of times a call is sent before its rejection becomes the caller's error. A rejected call has done no work.</summary>
    /// <value>From 1 to 1,000. The default value is 10.</value>
    public int MaxAttempts { get; set; } = 10;

    /// <summary>Gets or sets the longest pause that the endpoint may ask for; a longer one is shortened to this, and logged.</summary>
    /// <value>Greater than zero, at most 24 hours. The default value is 1 hour.</value>
    public TimeSpan MaxPause { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Gets or sets the number of output tokens that is reserved for a call until enough of its kind have been seen.</summary>
    /// <value>Greater than 0. The default value is 500.</value>
    public int ExpectedOutputTokens { get; set; } = 500;

    internal ModelEndpointOptions Copy() => (ModelEndpointOptions)MemberwiseClone();

    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    internal void Check(string name)
    {
        Require(RequestsPerMinute is null or > 0, nameof(RequestsPerMinute), RequestsPerMinute);
        Require(InputTokensPerMinute is null or > 0, nameof(InputTokensPerMinute), InputTokensPerMinute);
        Require(OutputTokensPerMinute is null or > 0, nameof(OutputTokensPerMinute), OutputTokensPerMinute);
        Require(MaxConcurrency is null or > 0, nameof(MaxConcurrency), MaxConcurrency);
        Require(MaxAttempts is >= 1 and <= 1_000, nameof(MaxAttempts), MaxAttempts);
        Require(MaxPause > TimeSpan.Zero && MaxPause <= TimeSpan.FromHours(24), nameof(MaxPause), MaxPause);
        Require(ExpectedOutputTokens > 0, nameof(ExpectedOutputTokens), ExpectedOutputTokens);

        void Require(bool kept, string option, object? value)
        {
            if (!kept)
            {
                throw new ArgumentOutOfRangeException(option, value, $"The endpoint '{name}' cannot be added: {option} is out of range.");
            }
        }
    }
}
