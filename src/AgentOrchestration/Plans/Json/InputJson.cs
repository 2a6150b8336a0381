using System.Text.Json;
using System.Text.Json.Nodes;

namespace AgentOrchestration.Plans.Json;

/// <summary>Writes inputs as JSON. An error names the input: what a type's own code throws says nothing about where it was.</summary>
internal static class InputJson
{
    /// <param name="input">The input, as an error names it.</param>
    /// <param name="value">Its value.</param>
    /// <param name="type">The type that it is written as.</param>
    /// <param name="options">How it is written.</param>
    /// <exception cref="NotSupportedException">It cannot be written.</exception>
    public static JsonElement Write(string input, object? value, Type type, JsonSerializerOptions options)
    {
        try
        {
            return JsonSerializer.SerializeToElement(value, JsonMetadata.Of(options, type));
        }
        catch (Exception exception)
        {
            throw Unwritable(input, type, exception);
        }
    }

    /// <param name="input">The input, as an error names it.</param>
    /// <param name="items">The items of its list.</param>
    /// <param name="options">How they are written.</param>
    /// <exception cref="NotSupportedException">One cannot be written.</exception>
    public static JsonElement WriteList<TItem>(string input, IEnumerable<TItem> items, JsonSerializerOptions options) =>
        Write(input, new JsonArray([.. items.Select(item => JsonSerializer.SerializeToNode(Write(input, item, typeof(TItem), options), PlanJsonContext.Default.JsonElement))]));

    /// <param name="input">The input, as an error names it.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="NotSupportedException">It cannot be written.</exception>
    public static JsonElement Write(string input, JsonNode value)
    {
        try
        {
            return JsonSerializer.SerializeToElement(value, PlanJsonContext.Default.JsonNode);
        }
        catch (Exception exception)
        {
            throw Unwritable(input, value.GetType(), exception);
        }
    }

    private static NotSupportedException Unwritable(string input, Type type, Exception exception) => new(
        $"{input} cannot be written as JSON ({CSharpName.Of(type)}): {exception.Message} Give it as a type that can: texts, numbers, lists, and objects of such.",
        exception);
}
