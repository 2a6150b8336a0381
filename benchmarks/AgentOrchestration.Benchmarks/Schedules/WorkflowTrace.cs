using System.Globalization;
using System.Text.Json;
using AgentOrchestration.Graph;
using AgentOrchestration.Plans;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Benchmarks.Schedules;

/// <summary>A real workflow in WfFormat 1.5: tasks with parents, measured runtimes, cores and memory.</summary>
internal sealed class WorkflowTrace
{
    private const long MiB = 1024 * 1024;
    private const long Core = 1000;
    private const long MemoryPerCore = 2048;

    private readonly Step[] _steps;

    private WorkflowTrace(string name, Step[] steps)
    {
        Name = name;
        _steps = steps;
        Levels = LevelsOf(steps);
    }

    public string Name { get; }

    public int Count => _steps.Length;

    /// <summary>Of each task the number of tasks on the longest way to it.</summary>
    private int[] Levels { get; }

    public static WorkflowTrace Read(FileInfo file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
        JsonElement workflow = document.RootElement.GetProperty("workflow");
        JsonElement[] tasks = [.. workflow.GetProperty("specification").GetProperty("tasks").EnumerateArray()];
        Dictionary<string, JsonElement> measured = workflow.GetProperty("execution").GetProperty("tasks").EnumerateArray().ToDictionary(task => task.GetProperty("id").GetString()!);
        Dictionary<string, int> indices = tasks.Index().ToDictionary(task => task.Item.GetProperty("id").GetString()!, task => task.Index);
        Step[] steps = Array.ConvertAll(tasks, task =>
        {
            string id = task.GetProperty("id").GetString()!;
            return new Step(
                id,
                [.. Texts(task, "parents").Select(parent => indices[parent])],
                TimeSpan.FromSeconds(Number(measured[id], "runtimeInSeconds") ?? 0),
                (long)(Number(measured[id], "coreCount") ?? 1) * Core,
                (long)Math.Ceiling((Number(measured[id], "memoryInBytes") ?? 0) / MiB));
        });
        return new WorkflowTrace(Path.GetFileNameWithoutExtension(file.Name), steps);
    }

    public static IEnumerable<ResourceAmount> Pools(int cores) => [new(ResourceNames.Cpu, cores * Core), new(ResourceNames.Memory, cores * MemoryPerCore)];

    /// <summary>The workflow as a plan. With <paramref name="byLevel"/>, no task starts before the level above it has ended.</summary>
    public TaskPlan ToPlan(int cores, bool byLevel, Func<int, TimeSpan>? estimateOf = null) => TaskPlan.Create(plan =>
    {
        var tasks = new SubtaskRef[Count];
        foreach (int task in Enumerable.Range(0, Count).OrderBy(task => Levels[task]))
        {
            IEnumerable<int> before = byLevel ? Enumerable.Range(0, Count).Where(other => Levels[other] == Levels[task] - 1) : _steps[task].Parents;
            tasks[task] = plan.Add(
                $"t{task}",
                JobLibrary.TaskType,
                after: [.. before.Select(other => tasks[other])],
                name: _steps[task].Id,
                estimatedDuration: estimateOf?.Invoke(task) ?? _steps[task].Runtime,
                resources: ResourceRequirements.Of(NeedsOf(task, cores)));
        }
    });

    /// <summary>The measured runtime of a subtask of the plan.</summary>
    public TimeSpan RuntimeOf(string subtaskId) => _steps[int.Parse(subtaskId.AsSpan(1), CultureInfo.InvariantCulture)].Runtime;

    /// <summary>No run is shorter: the critical path, and the work on each pool by its capacity.</summary>
    public TimeSpan LowerBound(TaskGraph graph, int cores)
    {
        double bound = graph.EstimatedCriticalPath!.Duration.TotalSeconds;
        foreach (ResourceAmount pool in Pools(cores))
        {
            double work = Enumerable.Range(0, Count).Sum(task => _steps[task].Runtime.TotalSeconds * NeedsOf(task, cores).Where(need => need.Name == pool.Name).Sum(need => need.Amount));
            bound = Math.Max(bound, work / pool.Amount);
        }

        return TimeSpan.FromSeconds(bound);
    }

    private ResourceAmount[] NeedsOf(int task, int cores) =>
    [
        .. Pools(cores)
            .Select(pool => new ResourceAmount(pool.Name, Math.Min(pool.Amount, pool.Name == ResourceNames.Cpu ? _steps[task].Cpu : _steps[task].Memory)))
            .Where(need => need.Amount > 0),
    ];

    private static int[] LevelsOf(Step[] steps)
    {
        int[] levels = new int[steps.Length];
        for (int task = 0; task < steps.Length; task++)
        {
            Find(task);
        }

        return levels;

        int Find(int task) => levels[task] > 0 ? levels[task] : levels[task] = 1 + steps[task].Parents.Select(Find).DefaultIfEmpty().Max();
    }

    private static double? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static IEnumerable<string> Texts(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.EnumerateArray().Select(item => item.GetString()!) : [];

    private sealed record Step(string Id, int[] Parents, TimeSpan Runtime, long Cpu, long Memory);
}
