using System.Text.Json;

namespace AgentOrchestration.Plans.Json;

/// <summary>Writes and reads <see cref="ItemFailurePolicy"/>: <c>"fail"</c>, <c>"continue"</c>, or the number of items that may fail.</summary>
internal static class ItemFailureJson
{
    public const string Expected = "\"fail\", \"continue\", or the number of items that may fail";

    private const string Fail = "fail";
    private const string Continue = "continue";

    /// <returns><see langword="null"/> for the default.</returns>
    public static JsonElement? Write(ItemFailurePolicy policy) => !policy.ListsErrors ? null
        : policy == ItemFailurePolicy.Continue ? JsonElement.Parse($"\"{Continue}\"")
        : JsonSerializer.SerializeToElement(policy.MaxFailures, PlanJsonContext.Default.Int32);

    /// <returns>The policy, or <see langword="null"/> when the value says none.</returns>
    public static ItemFailurePolicy? Read(JsonElement? value) => value switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => ItemFailurePolicy.Fail,
        { ValueKind: JsonValueKind.String } text when text.ValueEquals(Fail) => ItemFailurePolicy.Fail,
        { ValueKind: JsonValueKind.String } text when text.ValueEquals(Continue) => ItemFailurePolicy.Continue,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out int failures) && failures >= 0 => ItemFailurePolicy.AtMost(failures),
        _ => null,
    };
}
