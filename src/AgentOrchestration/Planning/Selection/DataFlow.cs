using System.Text.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Planning.Selection;

/// <summary>
/// Which task types produce what others need, by their schemas: an object with the same properties, or a value with the same name and type, such as
/// an <c>orderId</c>. A form that many produce says nothing and is left out, such as a text without a name.
/// </summary>
internal sealed class DataFlow
{
    private const int MostProducers = 16;
    private const int MostForms = 64;
    private const int Deepest = 3;

    private readonly Dictionary<string, List<int>> _producers = new(StringComparer.Ordinal);
    private readonly List<string>[] _needs;

    public DataFlow(ITaskTypeRegistry taskTypes, IReadOnlyList<TaskDescriptor> all)
    {
        _needs = new List<string>[all.Count];
        for (int i = 0; i < all.Count; i++)
        {
            _needs[i] = FormsOf(taskTypes.GetInputSchema(all[i]), deepest: 1);
            foreach (string form in FormsOf(taskTypes.GetOutputSchema(all[i]), Deepest))
            {
                (_producers.TryGetValue(form, out List<int>? known) ? known : _producers[form] = []).Add(i);
            }
        }
    }

    /// <summary>
    /// Raises the score of those that produce what others need to the score of the one that needs it, divided by the number of those that produce it: the
    /// only one that does is worth as much as its user.
    /// </summary>
    /// <param name="users">Those that need something, with their scores.</param>
    /// <param name="scores">The scores of the task types.</param>
    public void Score(IEnumerable<(int TaskType, float Score)> users, float[] scores)
    {
        foreach ((int user, float score) in users)
        {
            foreach (string form in _needs[user])
            {
                if (_producers.TryGetValue(form, out List<int>? producers) && producers.Count <= MostProducers)
                {
                    foreach (int producer in producers.Where(producer => producer != user))
                    {
                        scores[producer] = Math.Max(scores[producer], score / producers.Count);
                    }
                }
            }
        }
    }

    /// <summary>The forms of the values in a schema: of the whole, of its properties and of its items.</summary>
    private static List<string> FormsOf(JsonElement schema, int deepest)
    {
        HashSet<string> forms = new(StringComparer.Ordinal);
        Look(schema, name: null, deepest, forms);
        return [.. forms];
    }

    private static void Look(JsonElement schema, string? name, int deepest, HashSet<string> forms)
    {
        if (schema.ValueKind != JsonValueKind.Object || forms.Count >= MostForms)
        {
            return;
        }

        if (schema.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object)
        {
            string[] names = [.. properties.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal)];
            if (names.Length > 0)
            {
                forms.Add($"{{{string.Join(',', names)}}}");
            }

            if (deepest > 0)
            {
                foreach (JsonProperty property in properties.EnumerateObject())
                {
                    Look(property.Value, property.Name, deepest - 1, forms);
                }
            }
        }
        else if (schema.TryGetProperty("items", out JsonElement items))
        {
            Look(items, name: null, deepest, forms);
        }
        else if (name is not null && TypeOf(schema) is { } type)
        {
            forms.Add($"{string.Concat(SearchText.WordsOf(name))}:{type}");
        }
    }

    private static string? TypeOf(JsonElement schema) => schema.TryGetProperty("type", out JsonElement type) ? type.ValueKind switch
    {
        JsonValueKind.String => type.GetString(),
        JsonValueKind.Array => type.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()).FirstOrDefault(one => one != "null"),
        _ => null,
    }
    : null;
}
