using System.Text.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Planning.Selection;

/// <summary>The task types of a registry as they are searched. Made once for the task types; a search grows with their number and no faster. Immutable.</summary>
internal sealed class TaskTypeIndex
{
    /// <summary>What a description says after that finds no more task types.</summary>
    private const int LongestDescription = 2_000;
    private const int MostProperties = 32;

    private readonly Dictionary<string, int> _byName;
    private readonly LexicalIndex _words;
    private readonly LexicalIndex _parts;
    private readonly DataFlow _flow;

    public TaskTypeIndex(ITaskTypeRegistry taskTypes)
    {
        TaskTypes = [.. taskTypes.TaskTypes];
        _byName = TaskTypes.Index().DistinctBy(taskType => taskType.Item.Name).ToDictionary(taskType => taskType.Item.Name, taskType => taskType.Index, StringComparer.Ordinal);
        List<string>[] documents = [.. TaskTypes.Select(taskType => DocumentOf(taskType, taskTypes.GetInputSchema(taskType)))];
        _words = new LexicalIndex(documents);
        _parts = new LexicalIndex([.. documents.Select(document => SearchText.PartsOf(document).ToList())]);
        _flow = new DataFlow(taskTypes, TaskTypes);
    }

    public TaskDescriptor[] TaskTypes { get; }

    /// <summary>Gets the text by which a task type is known.</summary>
    public static string TextOf(TaskDescriptor taskType) =>
        $"{taskType.Name}: {(taskType.Description.Length > LongestDescription ? taskType.Description[..LongestDescription] : taskType.Description)}";

    /// <summary>Gets the place of a task type, or -1 when there is none of that name.</summary>
    public int Find(string name) => _byName.GetValueOrDefault(name, -1);

    /// <summary>Gets whether it is of these task types.</summary>
    public bool IsOf(IReadOnlyList<TaskDescriptor> taskTypes)
    {
        bool isSame = taskTypes.Count == TaskTypes.Length;
        for (int i = 0; isSame && i < TaskTypes.Length; i++)
        {
            isSame = ReferenceEquals(taskTypes[i], TaskTypes[i]);
        }

        return isSame;
    }

    /// <summary>Scores the task types by the whole of a text.</summary>
    public float[] ScoreWhole(string text)
    {
        List<string> words = SearchText.WordsOf(text);
        return Sum(Score(_words, words), Score(_parts, SearchText.PartsOf(words)));
    }

    /// <summary>Scores the task types by the section of a text that fits each best: a request of several steps names a different task type in each.</summary>
    public float[] ScoreSections(string text)
    {
        float[] words = new float[TaskTypes.Length];
        float[] parts = new float[TaskTypes.Length];
        foreach (string section in SearchText.SectionsOf(text))
        {
            List<string> terms = SearchText.WordsOf(section);
            Raise(words, Score(_words, terms));
            Raise(parts, Score(_parts, SearchText.PartsOf(terms)));
        }

        return Sum(words, parts);
    }

    /// <summary>Scores the task types by what they produce of what others need.</summary>
    public float[] ScoreProducers(IEnumerable<(int TaskType, float Score)> users)
    {
        float[] scores = new float[TaskTypes.Length];
        _flow.Score(users, scores);
        return scores;
    }

    private static List<string> DocumentOf(TaskDescriptor taskType, JsonElement input)
    {
        // A name says more than a sentence.
        List<string> name = SearchText.WordsOf(taskType.Name);
        List<string> words = [.. name, .. SearchText.WordsOf(TextOf(taskType))];
        if (input.ValueKind == JsonValueKind.Object && input.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object)
        {
            words.AddRange(properties.EnumerateObject().Take(MostProperties).SelectMany(property => SearchText.WordsOf(property.Name)));
        }

        return words;
    }

    private float[] Score(LexicalIndex index, IEnumerable<string> terms)
    {
        float[] scores = new float[TaskTypes.Length];
        index.Score(terms, scores);
        return scores;
    }

    private static void Raise(float[] highest, float[] scores)
    {
        for (int i = 0; i < highest.Length; i++)
        {
            highest[i] = Math.Max(highest[i], scores[i]);
        }
    }

    /// <summary>Adds two scores, each as a share of its highest.</summary>
    private static float[] Sum(float[] one, float[] other)
    {
        float highestOne = Highest(one);
        float highestOther = Highest(other);
        float[] sum = new float[one.Length];
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] = (one[i] / highestOne) + (other[i] / highestOther);
        }

        return sum;
    }

    private static float Highest(float[] scores)
    {
        float highest = 0;
        foreach (float score in scores)
        {
            highest = Math.Max(highest, score);
        }

        return highest > 0 ? highest : 1;
    }
}
