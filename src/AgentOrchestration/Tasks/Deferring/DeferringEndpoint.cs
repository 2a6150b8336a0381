using AgentOrchestration.Tasks.Endpoints;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Tasks.Deferring;

/// <summary>A model's endpoint to which calls can be deferred, and how long that takes. Safe for concurrent use.</summary>
/// <param name="name">The name of the model's endpoint.</param>
/// <param name="batches">Its batches.</param>
/// <param name="options">How they are used.</param>
/// <param name="logger">The log.</param>
internal sealed class DeferringEndpoint(string name, IBatchEndpoint batches, BatchEndpointOptions options, ILogger logger)
{
    private const int EnoughBatches = 5;
    private const double NinthDecile = 1.2816;

    private readonly Lock _gate = new();
    private LogStatistics _seen;
    private int _hasWarned;

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

    /// <summary>
    /// How long it takes at most until a call that is deferred now is answered, in nine of ten batches: it is collected first, and a batch that lasts longer is cancelled in time.
    /// </summary>
    public TimeSpan TimeNeeded => (options.CollectFor * BatchEndpointOptions.LongestCollection) + ExpectedTime + options.CancelTime;

    /// <summary>Whether a batch asks the model that the chat client asks.</summary>
    public bool AsksTheSameModel(ChatOptions? call, ChatClientMetadata? client)
    {
        if (call?.ModelId is not null || batches.DefaultModelId is not { } ours || client?.DefaultModelId is not { } theirs || ours == theirs)
        {
            return true;
        }

        if (Interlocked.Exchange(ref _hasWarned, 1) == 0)
        {
            EndpointLog.OtherModel(logger, name, ours, theirs);
        }

        return false;
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
