using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>
/// The one gate before a model's endpoint, for all callers of the process. It reserves requests and tokens before a call and corrects the reservation
/// after it, makes all callers wait when the endpoint rejects one of them, and sends again what was rejected. Waiting calls go in order of the priority of
/// their runs, then of their coming. It is in the container under its name as the key. Safe for concurrent use.
/// </summary>
public interface IModelEndpoint
{
    /// <summary>Gets the name, which is also that of the resource that subtasks with <see cref="UsesEndpointAttribute"/> need.</summary>
    /// <value>1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</value>
    string Name { get; }

    /// <summary>Puts the gate before a chat client. Dispose of the result to dispose of the client.</summary>
    /// <param name="client">The client that calls the endpoint.</param>
    /// <returns>A client whose calls pass the gate.</returns>
    IChatClient Wrap(IChatClient client);

    /// <summary>
    /// Reports what the endpoint has answered: its limits, what is left of them, and that it rejects calls. <see cref="ModelEndpointHandler"/> does this for
    /// HTTP; call it where an SDK shows the answer in another way. Called during a call of a wrapped client it is about that call.
    /// </summary>
    /// <param name="statusCode">The status, such as 200, 429 or 529.</param>
    /// <param name="headers">
    /// The headers, without regard to case: <c>retry-after</c>, <c>retry-after-ms</c>, <c>x-ratelimit-…</c> and <c>anthropic-ratelimit-…</c> are understood; others
    /// and malformed ones are passed over.
    /// </param>
    void Observe(int statusCode, IEnumerable<KeyValuePair<string, string>> headers);

    /// <summary>Gets the state at this moment.</summary>
    /// <returns>The state.</returns>
    ModelEndpointSnapshot GetSnapshot();
}
