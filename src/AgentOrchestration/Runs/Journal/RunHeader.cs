using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.Journal;

/// <summary>What never changes about a durable run: its plan, the versions of its task types, how it is executed.</summary>
internal sealed record RunHeader
{
    /// <summary>As much of a goal as fits a list.</summary>
    private const int MaxGoalLength = 256;

    [JsonPropertyName("v")]
    public required int Version { get; init; }

    public required TaskPlan Plan { get; init; }

    /// <summary>The task types that the plan names, each with its version.</summary>
    public required IReadOnlyDictionary<string, int> TaskTypes { get; init; }

    public required OptionsDocument Options { get; init; }

    /// <summary>The run whose results it may reuse, when it was made from one.</summary>
    public string? MadeFrom { get; init; }

    /// <summary>The subtasks that are re-run all the same.</summary>
    public IReadOnlyList<string>? Rerun { get; init; }

    public static RunHeader Of(TaskPlan plan, RunOptions options, ITaskTypeRegistry taskTypes) => new()
    {
        Version = JournalJson.CurrentVersion,
        Plan = plan,
        TaskTypes = VersionsOf(plan, taskTypes),
        Options = OptionsDocument.From(options),
    };

    /// <summary>The versions of the task types that a plan names, in the plans within it too.</summary>
    public static SortedDictionary<string, int> VersionsOf(TaskPlan plan, ITaskTypeRegistry taskTypes)
    {
        var versions = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var open = new Stack<TaskPlan>([plan]);
        while (open.TryPop(out TaskPlan? next))
        {
            foreach (Subtask subtask in next.Subtasks)
            {
                if (subtask.Plan is { } nested)
                {
                    open.Push(nested);
                }
                else if (taskTypes.TryGet(subtask.TaskType, out TaskDescriptor? taskType))
                {
                    versions[subtask.TaskType] = taskType.Version;
                }
            }
        }

        return versions;
    }

    /// <summary>Task types with their versions as a store names them.</summary>
    public static string[] NamesOf(IReadOnlyDictionary<string, int> versions) => [.. versions.Select(version => NameOf(version.Key, version.Value))];

    /// <summary>A task type with its version as a store names it.</summary>
    public static string NameOf(string taskType, int version) => string.Create(CultureInfo.InvariantCulture, $"{taskType}@{version}");

    /// <summary>What has changed about task types since their versions were written; empty for nothing.</summary>
    public static IReadOnlyList<string> ChangesOf(IReadOnlyDictionary<string, int> versions, ITaskTypeRegistry taskTypes) =>
    [
        .. versions.OrderBy(version => version.Key, StringComparer.Ordinal)
            .Select(version => !taskTypes.TryGet(version.Key, out TaskDescriptor? taskType) ? $"'{version.Key}' is not registered any more"
                : taskType.Version != version.Value ? $"'{version.Key}' had version {version.Value} and has {taskType.Version} now"
                : "")
            .Where(change => change.Length > 0),
    ];

    /// <summary>The task types that have changed since their versions were written.</summary>
    public static IEnumerable<string> ChangedOf(IReadOnlyDictionary<string, int> versions, ITaskTypeRegistry taskTypes) =>
        versions.Where(version => !taskTypes.TryGet(version.Key, out TaskDescriptor? taskType) || taskType.Version != version.Value).Select(version => version.Key);

    /// <summary>Makes a run for a store, with what it is listed by.</summary>
    public NewRun ToNewRun(string runId, DateTimeOffset createdAt) => new(runId, createdAt, Write())
    {
        Name = Options.Name,
        Goal = Excerpt.Of(Plan.Goal, MaxGoalLength),
        Tags = Options.Tags ?? RunTags.None,
        TaskTypes = NamesOf(TaskTypes),
        Subtasks = Plan.Subtasks.Count,
    };

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, JournalJsonContext.Default.RunHeader);

    /// <exception cref="RunStoreException">It is of another version, or damaged.</exception>
    public static RunHeader Read(ReadOnlyMemory<byte> content, string runId)
    {
        JournalJson.CheckVersion(content, $"The header of the run {Excerpt.Of(runId)}");
        try
        {
            RunHeader header = JsonSerializer.Deserialize(content.Span, JournalJsonContext.Default.RunHeader) ?? throw new JsonException("It is null.");
            return JournalRules.WhyInvalid(header) is { } reason ? throw new JsonException(reason) : header;
        }
        catch (Exception exception) when (JournalJson.IsMisread(exception))
        {
            throw new RunStoreException($"The header of the run {Excerpt.Of(runId)} cannot be read: {exception.Message}", exception);
        }
    }
}
