using System.Text.Json.Serialization;

namespace AgentOrchestration.Tasks;

/// <summary>Says why an item of a list has no output.</summary>
/// <param name="Kind">The name of the exception's type, or of what went wrong.</param>
/// <param name="Message">What went wrong, in words.</param>
public sealed record ItemError(
    [property: JsonPropertyName("kind")] string Kind,
    [property: JsonPropertyName("message")] string Message);
