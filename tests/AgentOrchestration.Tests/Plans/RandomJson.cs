using System.Text.Json.Nodes;

namespace AgentOrchestration.Tests.Plans;

/// <summary>Any JSON that can be written, from a seed; now and then with a reference to an output.</summary>
internal sealed class RandomJson(Random random)
{
    private static readonly string[] Texts =
        ["", "a", "$output", "a/b", "~0~1", "ключ", "😀", "e\u0301", "\u202Eabc", "\0", "\"\\\n\t", "a b", "\uFEFF", "İ", "ﬀ", "0", "-", "constructor"];

    public string Text() => Texts[random.Next(Texts.Length)];

    public JsonNode? Value(int depth = 0) => random.Next(depth < 4 ? 8 : 6) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.NextInt64(long.MinValue, long.MaxValue),
        3 => random.NextDouble() * Math.Pow(10, random.Next(-20, 20)),
        4 => Text(),
        5 => new JsonObject { ["$output"] = $"s{random.Next(5)}/{random.Next(3)}" },
        6 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(depth + 1))]),
        _ => Object(depth),
    };

    public JsonObject Object(int depth = 0)
    {
        var made = new JsonObject();
        for (int i = random.Next(4); i > 0; i--)
        {
            made[Text()] = Value(depth + 1);
        }

        return made;
    }
}
