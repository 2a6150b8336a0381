using System.Text.Json;

namespace AgentOrchestration.Plans;

/// <summary>Finds the references to outputs that stand in arguments.</summary>
internal static class OutputReferences
{
    /// <summary>Every reference with the JSON pointer of the place where it stands, in document order.</summary>
    public static IEnumerable<(SubtaskOutput Output, string Place)> In(JsonElement arguments, string place = "")
    {
        if (SubtaskOutput.TryRead(arguments, out SubtaskOutput output))
        {
            yield return (output, place);
            yield break;
        }

        switch (arguments.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty property in arguments.EnumerateObject())
                {
                    foreach ((SubtaskOutput, string) reference in In(property.Value, $"{place}/{JsonPointer.Escape(property.Name)}"))
                    {
                        yield return reference;
                    }
                }

                break;
            case JsonValueKind.Array:
                int index = 0;
                foreach (JsonElement item in arguments.EnumerateArray())
                {
                    foreach ((SubtaskOutput, string) reference in In(item, $"{place}/{index}"))
                    {
                        yield return reference;
                    }

                    index++;
                }

                break;
        }
    }
}
