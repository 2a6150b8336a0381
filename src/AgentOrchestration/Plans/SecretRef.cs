using System.Text.Json;
using System.Text.Json.Nodes;

namespace AgentOrchestration.Plans;

/// <summary>
/// Represents a secret in arguments. The plan, the journal, approvals and events hold the name; the value is put in its place, from the
/// application's <see cref="ISecretProvider"/>, when an attempt starts, for its code alone.
/// </summary>
/// <remarks><see cref="ISecretProvider"/> says where a secret is kept out of what is shown and stored, and what is not covered.</remarks>
/// <param name="Name">The secret's name.</param>
public readonly record struct SecretRef(string Name)
{
    private const string PropertyName = "$secret";

    /// <summary>Writes the reference in the form that it has in arguments: <c>{"$secret": "name"}</c>.</summary>
    /// <param name="secret">The reference.</param>
    /// <returns>A new JSON object.</returns>
    public static implicit operator JsonNode(SecretRef secret) => secret.ToJsonNode();

    /// <summary>Writes the reference in the form that it has in arguments: <c>{"$secret": "name"}</c>.</summary>
    /// <returns>A new JSON object.</returns>
    public JsonNode ToJsonNode() => new JsonObject { [PropertyName] = Name };

    /// <summary>Reads a reference: an object whose only property is <c>$secret</c>, a string.</summary>
    internal static bool TryRead(JsonElement element, out SecretRef secret)
    {
        secret = default;
        if (element.ValueKind != JsonValueKind.Object
            || element.GetPropertyCount() != 1
            || !element.TryGetProperty(PropertyName, out JsonElement name)
            || name.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        secret = new SecretRef(name.GetString()!);
        return true;
    }

    /// <summary>How many references there are anywhere in arguments.</summary>
    internal static int CountIn(JsonElement arguments) => TryRead(arguments, out _) ? 1 : arguments.ValueKind switch
    {
        JsonValueKind.Object => arguments.EnumerateObject().Sum(property => CountIn(property.Value)),
        JsonValueKind.Array => arguments.EnumerateArray().Sum(CountIn),
        _ => 0,
    };
}
