using System.Text.Json;

namespace AgentOrchestration.Plans.Json;

/// <summary>The version of the form in which plans are saved. A plan without one, as models write it, is of the first.</summary>
internal static class PlanVersion
{
    public const int Current = 1;

    /// <summary>Why a plan of a version cannot be read, or <see langword="null"/>.</summary>
    public static PlanDiagnostic? WhyUnreadable(int version, string path = "/version") => version == Current ? null : new PlanDiagnostic(
        PlanDiagnosticCode.UnsupportedVersion, path, $"The plan is of version {version}, but only version {Current} can be read.",
        version > Current ? "Read it with the version of this library that wrote it, or a later one." : $"Write {Current}, or leave the version out.");

    /// <summary>Looks ahead, so that a plan of a later version is not refused for what only that version knows.</summary>
    /// <param name="reader">A copy of the reader, before the plan.</param>
    /// <exception cref="JsonException">The plan is of another version.</exception>
    public static void Check(Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isVersion = !reader.ValueIsEscaped && reader.ValueTextEquals("version"u8);
            reader.Read();
            if (isVersion && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int version) && WhyUnreadable(version) is { } reason)
            {
                throw new JsonException(reason.ToString());
            }

            reader.Skip();
        }
    }
}
