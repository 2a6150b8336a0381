using System.Text.Json.Serialization;

namespace AgentOrchestration.Tasks;

/// <summary>Holds what became of one item of a list: its output or its error. As JSON, <c>{"output": …}</c> or <c>{"error": {"kind": …, "message": …}}</c>.</summary>
/// <typeparam name="TOutput">The type of the output of one item.</typeparam>
public sealed record ItemResult<TOutput> : IItemResult
{
    /// <summary>Gets the output.</summary>
    /// <value>The default value of its type when there is an error.</value>
    [JsonPropertyName("output")]
    public TOutput? Output { get; init; }

    /// <summary>Gets the reason why there is no output.</summary>
    /// <value><see langword="null"/> when the item succeeded.</value>
    [JsonPropertyName("error")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ItemError? Error { get; init; }

    /// <summary>Gets a value that indicates whether there is an output.</summary>
    /// <value><see langword="true"/> when the item has no error; otherwise <see langword="false"/>.</value>
    [JsonIgnore]
    public bool HasSucceeded => Error is null;

    object? IItemResult.Output => Output;
}
