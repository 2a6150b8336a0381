using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs.Storage;

/// <summary>Specifies the result of an append.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AppendOutcome>))]
public enum AppendOutcome
{
    /// <summary>All of it is in the journal.</summary>
    Appended,

    /// <summary>Nothing was appended: the journal has more events, or fewer.</summary>
    WrongSequence,

    /// <summary>Nothing was appended: another driver has taken the lease since, it was returned, or there is no such run.</summary>
    NotOwner,
}
