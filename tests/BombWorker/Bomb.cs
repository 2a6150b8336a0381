using System.Text;

namespace BombWorker;

/// <summary>An answer that is made to exhaust memory: how it begins, and what follows how often.</summary>
/// <param name="Start">How it begins.</param>
/// <param name="Step">What follows.</param>
/// <param name="Steps">How often it follows.</param>
/// <param name="End">How it ends.</param>
public sealed record Bomb(string Start, Func<int, string> Step, int Steps, string End = "")
{
    private const int PieceLength = 4096;
    private const int Gibibyte = 1024 * 1024 * 1024;

    /// <summary>The bombs by their names.</summary>
    public static IReadOnlyDictionary<string, Bomb> All { get; } = new Dictionary<string, Bomb>(StringComparer.Ordinal)
    {
        ["subtasks"] = new("""{"subtasks":[""", static i => $$"""{"id":"s{{i}}","type":"work"},""", 1_000_000),
        ["nesting"] = new("""{"subtasks":[{"id":"a","type":"work","arguments":""", static _ => """{"a":""", 1_000_000),
        ["nested plans"] = new("""{"subtasks":[""", static _ => """{"id":"a","type":"$plan","plan":{"subtasks":[""", 1_000_000),
        ["text"] = new("""{"subtasks":[{"id":"a","type":"work","arguments":{"x":" """, static _ => "abcdefgh", Gibibyte / 8),
        ["dependencies"] = new("""{"subtasks":[{"id":"a","type":"work","dependsOn":[""", static _ => "\"s1\",", 10_000_000),

        // These end within what is read of an answer, and hold as much as fits there of what has to be told or worked out.
        ["mistakes"] = new("""{"subtasks":[""", Mistaken, 1_000, "]}"),
        ["resources"] = new("""{"subtasks":[{"id":"a","type":"work","resources":{"r":1""", static i => $",\"{i:x}\":1", 80_000, "}}]}"),
        ["repairs"] = new("""{"subtasks":[{"id":"a","type":"work"}""", Contradiction, 900, "]}"),
        ["references"] = new(
            """{"subtasks":[{"id":"p","type":"$plan","plan":{"subtasks":[{"id":"i","type":"ghost"}]}},{"id":"a","type":"work","arguments":[0""", static _ => """,{"$output":"p"}""", 60_000, "]}]}"),
    };

    /// <summary>The answer in the pieces in which it is streamed.</summary>
    public IEnumerable<string> Pieces()
    {
        var piece = new StringBuilder(Start);
        for (int i = 0; i < Steps; i++)
        {
            piece.Append(Step(i));
            if (piece.Length >= PieceLength)
            {
                yield return piece.ToString();
                piece.Clear();
            }
        }

        yield return piece.Append(End).ToString();
    }

    /// <summary>A subtask with a hundred properties that none has.</summary>
    private static string Mistaken(int index) =>
        $$"""{{(index == 0 ? "" : ",")}}{"id":"a","type":"work",{{string.Join(',', Enumerable.Range(0, 100).Select(i => $"\"{i}\":1"))}},"dependsOn":["x"]}""";

    /// <summary>Each waits for the last ten, and uses what the one before brings.</summary>
    private static string Contradiction(int index)
    {
        string name = new('n', 80);
        string next = string.Join(',', Enumerable.Range(890, 10).Where(i => i > index).Select(i => $"\"{name}{i}\""));
        return $$""",{"id":"{{name}}{{index}}","type":"work","dependsOn":[{{next}}],"arguments":{"$output":"{{(index == 0 ? "a" : $"{name}{index - 1}")}}"} }""";
    }
}
