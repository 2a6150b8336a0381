using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Planning.Selection;

/// <summary>A registry of task types that do nothing, with the schemas that a test gives them.</summary>
internal sealed class TaskTypes : ITaskTypeRegistry
{
    public const string NoSchema = "{}";

    private readonly Dictionary<string, (string Input, string Output)> _schemas = [];
    private readonly List<TaskDescriptor> _all = [];

    IReadOnlyList<TaskDescriptor> ITaskTypeRegistry.TaskTypes => _all;

    public int SchemasRead { get; private set; }

    public IReadOnlyList<string> Names() => [.. _all.Select(taskType => taskType.Name)];

    public static TaskTypes Of(params (string Name, string Description)[] taskTypes)
    {
        var registry = new TaskTypes();
        foreach ((string name, string description) in taskTypes)
        {
            registry.Add(name, description);
        }

        return registry;
    }

    public TaskTypes Add(string name, string description, string input = NoSchema, string output = NoSchema)
    {
        _all.Add(TaskDescriptor.For(name, description, (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(0)));
        _schemas[name] = (input, output);
        return this;
    }

    public bool TryGet(string name, [NotNullWhen(true)] out TaskDescriptor? taskType) => (taskType = _all.Find(one => one.Name == name)) is not null;

    public JsonElement GetInputSchema(TaskDescriptor taskType)
    {
        SchemasRead++;
        return JsonElement.Parse(_schemas[taskType.Name].Input);
    }

    public JsonElement GetOutputSchema(TaskDescriptor taskType) => JsonElement.Parse(_schemas[taskType.Name].Output);
}
