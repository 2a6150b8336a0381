using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks.Deferring;

/// <summary>Represents the answer to one request of a batch.</summary>
/// <param name="Id">The id of the request.</param>
public sealed record BatchedAnswer(string Id)
{
    /// <summary>Gets the answer, with its usage.</summary>
    /// <value><see langword="null"/> when the request has failed. The default value is <see langword="null"/>.</value>
    public ChatResponse? Response { get; init; }

    /// <summary>Gets the reason why the request has failed.</summary>
    /// <value>The default value is <see langword="null"/>: it has not.</value>
    public string? Error { get; init; }
}
