using System.Reflection;
using System.Text.Json.Serialization.Metadata;

namespace AgentOrchestration.Plans.Expressions;

/// <summary>Finds the property of a type's JSON that holds a member of the type.</summary>
internal static class JsonMembers
{
    /// <returns>The property; <see langword="null"/> when the JSON has none for the member.</returns>
    public static JsonPropertyInfo? Find(JsonTypeInfo type, string memberName, StringComparison comparison = StringComparison.Ordinal) =>
        type.Properties.FirstOrDefault(property => !property.IsExtensionData && string.Equals(NameOf(property), memberName, comparison))
        ?? type.Properties.FirstOrDefault(property => !property.IsExtensionData && NameOf(property) is null && property.Name == JsonNameOf(type, memberName));

    private static string? NameOf(JsonPropertyInfo property) => (property.AttributeProvider as MemberInfo)?.Name;

    private static string JsonNameOf(JsonTypeInfo type, string memberName) => type.Options.PropertyNamingPolicy?.ConvertName(memberName) ?? memberName;
}
