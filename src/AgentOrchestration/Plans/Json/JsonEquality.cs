using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AgentOrchestration.Plans.Json;

/// <summary>
/// Compares JSON by value, whatever its numbers are: <see cref="JsonElement.DeepEquals"/> throws on an exponent that no <see cref="int"/> holds.
/// Properties are compared in any order.
/// </summary>
internal static class JsonEquality
{
    /// <summary>Gets whether two values are equal.</summary>
    public static bool AreEqual(JsonElement left, JsonElement right)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (left.ValueKind != right.ValueKind)
        {
            return false;
        }

        switch (left.ValueKind)
        {
            case JsonValueKind.Number:
                return JsonNumber.Parse(left.GetRawText()) == JsonNumber.Parse(right.GetRawText());
            case JsonValueKind.Array:
                return left.GetArrayLength() == right.GetArrayLength() && left.EnumerateArray().Zip(right.EnumerateArray()).All(pair => AreEqual(pair.First, pair.Second));
            case JsonValueKind.Object:
                return left.GetPropertyCount() == right.GetPropertyCount()
                    && ByName(left).Zip(ByName(right)).All(pair => pair.First.Name == pair.Second.Name && AreEqual(pair.First.Value, pair.Second.Value));
            default:
                return JsonElement.DeepEquals(left, right);
        }
    }

    /// <summary>Properties that have the same name keep their order.</summary>
    private static IEnumerable<JsonProperty> ByName(JsonElement value) => value.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal);
}
