namespace AgentOrchestration.Tasks.Deferring;

/// <summary>A model's endpoint to which calls can be deferred, and how long that takes. Safe for concurrent use.</summary>
/// <param name="name">The name of the model's endpoint.</param>
/// <param name="batches">Its batches.</param>
/// <param name="options">How they are used.</param>
internal sealed class DeferringEndpoint(string name, IBatchEndpoint batches, BatchEndpointOptions options)
{
    private const int EnoughBatches = 5;
    private const double NinthDecile = 1.2816;

    private readonly Lock _gate = new();
    private LogStatistics _seen;

    public string Name => name;

    public IBatchEndpoint Batches => batches;

    public BatchEndpointOptions Options => options;

    /// <summary>The time in which nine of ten batches are answered.</summary>
    public TimeSpan ExpectedTime
    {
        get
        {
            lock (_gate)
            {
                return _seen.Count < EnoughBatches
                    ? options.ExpectedTime
                    : TimeSpan.FromSeconds(Math.Min(Math.Exp(_seen.Mean + (NinthDecile * (_seen.Spread ?? 0))), TimeSpan.FromDays(7).TotalSeconds));
            }
        }
    }

    /// <summary>A batch was answered. One that was cut short has taken at least so long, which is counted too: else only the fast ones would be learned.</summary>
    public void Observe(TimeSpan taken)
    {
        lock (_gate)
        {
            _seen = _seen.With(Math.Max(1, taken.TotalSeconds));
        }
    }
}
