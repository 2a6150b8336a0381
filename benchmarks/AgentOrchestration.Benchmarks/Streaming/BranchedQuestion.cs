using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AgentOrchestration.Benchmarks.Streaming;

/// <summary>A question with independent branches: in each a search and a calculation on what it found, and one answer from all of them.</summary>
internal sealed class BranchedQuestion
{
    private const int WordsOfQuery = 5;

    private readonly List<int> _ends = [];

    private BranchedQuestion(string id, string text, int branches)
    {
        Id = id;
        Text = text;
        Branches = branches;
        Answer = Write();
    }

    public string Id { get; }

    public string Text { get; }

    public int Branches { get; }

    /// <summary>The plan as a model writes it: what depends on nothing first, as the library's prompt asks.</summary>
    public string Answer { get; }

    /// <summary>The number of steps.</summary>
    public int Count => _ends.Count;

    public static BranchedQuestion[] Read(FileInfo file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
        return
        [
            .. document.RootElement.EnumerateArray().Select(question => new BranchedQuestion(
                question.GetProperty("id").GetString()!, question.GetProperty("question").GetString()!, question.GetProperty("branch").GetInt32())),
        ];
    }

    /// <summary>The id of a step.</summary>
    public string IdOf(int step) => step == Count - 1 ? "answer" : $"{(step < Branches ? "search" : "calculate")}{(step % Branches) + 1}";

    /// <summary>The steps that a step depends on.</summary>
    public IEnumerable<int> DependenciesOf(int step) =>
        step == Count - 1 ? Enumerable.Range(Branches, Branches) : step < Branches ? [] : [step - Branches];

    /// <summary>How many characters are written when the object of a step is closed.</summary>
    public int EndOf(int step) => _ends[step];

    private string Write()
    {
        var text = new StringBuilder("{\"subtasks\": [");
        for (int branch = 1; branch <= Branches; branch++)
        {
            Add(text, Step($"search{branch}", "search", [], new JsonObject { ["query"] = Excerpt(branch - 1) }));
        }

        for (int branch = 1; branch <= Branches; branch++)
        {
            Add(text, Step($"calculate{branch}", "calculate", [$"search{branch}"], new JsonObject { ["problem"] = "what is asked of it", ["given"] = OutputOf($"search{branch}") }));
        }

        string[] branches = [.. Enumerable.Range(1, Branches).Select(branch => $"calculate{branch}")];
        Add(text, Step("answer", "answer", branches, new JsonObject { ["values"] = new JsonArray([.. branches.Select(OutputOf)]) }));
        return text.Append("]}").ToString();
    }

    /// <summary>The words of the question that a branch is about, as far as a program can tell: its part of them, a few.</summary>
    private string Excerpt(int branch)
    {
        string[] words = Text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words.Skip(branch * words.Length / Branches).Take(WordsOfQuery));
    }

    private static JsonObject Step(string id, string taskType, IEnumerable<string> dependencies, JsonObject arguments) => new()
    {
        ["id"] = id,
        ["type"] = taskType,
        ["dependsOn"] = new JsonArray([.. dependencies.Select(dependency => (JsonNode)dependency)]),
        ["arguments"] = arguments,
    };

    private static JsonNode OutputOf(string id) => new JsonObject { ["$output"] = id };

    private void Add(StringBuilder text, JsonObject step)
    {
        text.Append(_ends.Count == 0 ? "" : ", ").Append(step.ToJsonString());
        _ends.Add(text.Length);
    }
}
