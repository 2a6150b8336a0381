using System.Text.Json;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans;

/// <summary>Finds the references to outputs that stand in arguments.</summary>
internal static class OutputReferences
{
    /// <summary>Every reference with the place where it stands, in document order.</summary>
    public static IEnumerable<(SubtaskOutput Output, JsonPlace Place)> In(JsonElement arguments)
    {
        var open = new Stack<(JsonElement Element, JsonPlace Place)>([(arguments, JsonPlace.Root)]);
        while (open.TryPop(out (JsonElement Element, JsonPlace Place) next))
        {
            if (SubtaskOutput.TryRead(next.Element, out SubtaskOutput output))
            {
                yield return (output, next.Place);
                continue;
            }

            foreach ((JsonElement, JsonPlace) part in PartsOf(next.Element, next.Place).Reverse())
            {
                open.Push(part);
            }
        }
    }

    /// <summary>The values within a value that may be or hold references.</summary>
    private static IEnumerable<(JsonElement Element, JsonPlace Place)> PartsOf(JsonElement element, JsonPlace place) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject()
            .Where(property => IsContainer(property.Value))
            .Select(property => (property.Value, place.At(property.Name))),
        JsonValueKind.Array => element.EnumerateArray()
            .Index()
            .Where(item => IsContainer(item.Item))
            .Select(item => (item.Item, place.At(item.Index))),
        _ => [],
    };

    private static bool IsContainer(JsonElement element) => element.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
}
