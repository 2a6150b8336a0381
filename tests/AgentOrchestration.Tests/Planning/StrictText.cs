using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AgentOrchestration.Tests.Planning;

/// <summary>
/// Says whether a text is a plan, in the simplest way: finds the first object by a regular expression, reads it as a whole with the
/// serializer, and looks at what is left. For texts within the limits.
/// </summary>
internal static partial class StrictText
{
    public static bool IsPlan(byte[] text)
    {
        // One character a byte, so that places are the same.
        string characters = Encoding.Latin1.GetString(text);
        Match start = Object().Match(characters);
        if (!start.Success || characters[..start.Index].TrimEnd(' ', '\t', '\r', '\n').EndsWith('['))
        {
            return false;
        }

        var reader = new Utf8JsonReader(text.AsSpan(start.Index));
        try
        {
            if (!JsonDocument.TryParseValue(ref reader, out JsonDocument? document))
            {
                return false;
            }

            document.Dispose();
            byte[] json = text[start.Index..(start.Index + (int)reader.BytesConsumed)];
            _ = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(json);
            TaskPlan plan = JsonSerializer.Deserialize<TaskPlan>(json)!;
            string after = characters[(start.Index + json.Length)..];
            return !All(plan).Any(subtask => subtask.Policy is not null)
                && !Object().IsMatch(after)
                && !Unpaired().IsMatch(after);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            return false;
        }
    }

    private static IEnumerable<Subtask> All(TaskPlan plan) => plan.Subtasks.SelectMany(subtask => subtask.Plan is { } nested ? All(nested).Prepend(subtask) : [subtask]);

    [GeneratedRegex("""\{[ \t\r\n]*["}]""")]
    private static partial Regex Object();

    [GeneratedRegex("""^[ \t\r\n]*[\]},:"]""")]
    private static partial Regex Unpaired();
}
