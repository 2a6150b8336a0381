using Microsoft.Extensions.AI;

namespace LoopbackModel;

/// <summary>One well-formed chat completion request, as it arrived. A malformed one gets a 400 and is not recorded.</summary>
public sealed class LoopbackRequest
{
    private readonly TaskCompletionSource<LoopbackOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal LoopbackRequest()
    {
    }

    /// <summary>The request's index in <see cref="LoopbackModelServer.Requests"/>.</summary>
    public required int Order { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required bool IsStreamed { get; init; }

    public required bool WantsStreamUsage { get; init; }

    public required string Model { get; init; }

    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>What the model is given beside the messages.</summary>
    public required ChatOptions ChatOptions { get; init; }

    public required LoopbackResponseFormat? ResponseFormat { get; init; }

    public required bool HasAuthorization { get; init; }

    public required string Body { get; init; }

    /// <summary>What was done to the request; null when it is answered well.</summary>
    public Misbehaviour? Misbehaviour { get; internal set; }

    /// <summary>Completes when the server is done with the request.</summary>
    public Task<LoopbackOutcome> Outcome => _outcome.Task;

    internal void End(LoopbackOutcome outcome) => _outcome.TrySetResult(outcome);
}
