using System.Text.Json.Serialization;

namespace AgentOrchestration.Tasks.Batching;

/// <summary>Whether a subtask that could start waits for others of its type, so that they become one batch.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BatchHold>))]
public enum BatchHold
{
    /// <summary>
    /// It waits while others are known to come: they are being prepared, or all that they still wait for is running. It holds nothing, and waits for at most half of
    /// what it is expected to take, and a fifth of what it can wait without delaying the run, as far as estimates tell.
    /// </summary>
    WhenOthersAreDue,

    /// <summary>It never waits: a batch is what is ready at the moment.</summary>
    None,
}
