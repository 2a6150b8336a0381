using System.Globalization;
using System.Text.Json;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Benchmarks.Schedules;

/// <summary>A real workflow in WfFormat 1.5: tasks with parents, measured runtimes, cores and memory.</summary>
internal sealed class WorkflowTrace
{
    private const int LongestName = 64;

    private readonly Step[] _steps;

    private WorkflowTrace(string name, Step[] steps)
    {
        Name = name;
        _steps = steps;
        Levels = LevelsOf(steps);
    }

    public string Name { get; }

    public int Count => _steps.Length;

    /// <summary>The names of the programs, which are the task types.</summary>
    public IEnumerable<string> Programs => _steps.Select(step => step.Program).Distinct();

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
                ProgramOf(task),
                [.. Texts(task, "parents").Select(parent => indices[parent])],
                TimeSpan.FromSeconds(Number(measured[id], "runtimeInSeconds") ?? 0),
                Number(measured[id], "coreCount") ?? 1,
                Number(measured[id], "memoryInBytes") ?? 0);
        });
        return new WorkflowTrace(Path.GetFileNameWithoutExtension(file.Name), steps);
    }

    /// <summary>The workflow as a plan. With <paramref name="byLevel"/>, no task starts before the level above it has ended.</summary>
    public TaskPlan ToPlan(WorkflowMachine machine, bool byLevel, Func<int, TimeSpan>? estimateOf = null) => TaskPlan.Create(plan =>
    {
        var tasks = new SubtaskRef[Count];
        foreach (int task in Enumerable.Range(0, Count).OrderBy(task => Levels[task]))
        {
            IEnumerable<int> before = byLevel ? Enumerable.Range(0, Count).Where(other => Levels[other] == Levels[task] - 1) : _steps[task].Parents;
            tasks[task] = plan.Add(
                $"t{task}",
                _steps[task].Program,
                after: [.. before.Select(other => tasks[other])],
                options: new() { Name = _steps[task].Id, EstimatedDuration = estimateOf?.Invoke(task) ?? _steps[task].Runtime, Resources = ResourceRequirements.Of(NeedsOf(task, machine)) });
        }
    });

    /// <summary>The workflow as a plan of calls that need nothing but a worker.</summary>
    public TaskPlan ToCallPlan(Func<int, double> estimateOf) => TaskPlan.Create(plan =>
    {
        var tasks = new SubtaskRef[Count];
        foreach (int task in Enumerable.Range(0, Count).OrderBy(task => Levels[task]))
        {
            tasks[task] = Optimize.BatchedWork.Add(plan, $"t{task}", _steps[task].Program, _steps[task].Parents.Select(parent => tasks[parent]), estimateOf(task));
        }
    });

    /// <summary>The measured runtime of a subtask of the plan.</summary>
    public TimeSpan RuntimeOf(string subtaskId) => _steps[IndexOf(subtaskId)].Runtime;

    /// <summary>The program of a task, by its place in the plan.</summary>
    public string ProgramOf(int task) => _steps[task].Program;

    /// <summary>No run is shorter: the critical path, and the work on each pool by its capacity.</summary>
    public TimeSpan LowerBound(TaskGraph graph, WorkflowMachine machine) =>
        TimeSpan.FromSeconds(machine.Pools.Select(pool => WorkOn(pool, machine).Sum()).Append(graph.EstimatedCriticalPath!.Duration.TotalSeconds).Max());

    /// <summary>
    /// No run is shorter either: of all tasks that begin late enough and have enough behind them, the earliest begin, the work by capacity, and
    /// the least that follows. Source: Carlier, Scheduling jobs with release dates and tails on identical machines (1987).
    /// </summary>
    public TimeSpan TighterBound(TaskGraph graph, WorkflowMachine machine)
    {
        double[] heads = new double[Count];
        double[] tails = new double[Count];
        int[] order = [.. Enumerable.Range(0, Count).OrderBy(task => Levels[task])];
        foreach (int task in order)
        {
            heads[task] = _steps[task].Parents.Select(parent => heads[parent] + Seconds(parent)).DefaultIfEmpty().Max();
        }

        foreach (int task in order.Reverse())
        {
            Array.ForEach(_steps[task].Parents, parent => tails[parent] = Math.Max(tails[parent], tails[task] + Seconds(task)));
        }

        double bound = LowerBound(graph, machine).TotalSeconds;
        int[] byTail = [.. Enumerable.Range(0, Count).OrderByDescending(task => tails[task])];
        foreach (ResourceAmount pool in machine.Pools)
        {
            double[] work = WorkOn(pool, machine);
            foreach (double head in heads.Distinct())
            {
                double sum = 0;
                foreach (int task in byTail.Where(task => heads[task] >= head && work[task] > 0))
                {
                    sum += work[task];
                    bound = Math.Max(bound, head + sum + tails[task]);
                }
            }
        }

        return TimeSpan.FromSeconds(bound);
    }

    private double Seconds(int task) => _steps[task].Runtime.TotalSeconds;

    /// <summary>Of each task how long it would keep the whole pool busy.</summary>
    private double[] WorkOn(ResourceAmount pool, WorkflowMachine machine) =>
    [
        .. Enumerable.Range(0, Count)
            .Select(task => Seconds(task) * NeedsOf(task, machine).Where(need => need.Name == pool.Name).Sum(need => need.Amount) / pool.Amount),
    ];

    private ResourceAmount[] NeedsOf(int task, WorkflowMachine machine) => machine.NeedsOf(_steps[task].Cores, _steps[task].MemoryBytes);

    private static int IndexOf(string subtaskId) => int.Parse(subtaskId.AsSpan(1), CultureInfo.InvariantCulture);

    /// <summary>The program's name when it is one, else the task's, without its number.</summary>
    private static string ProgramOf(JsonElement task)
    {
        string? program = task.TryGetProperty("command", out JsonElement command) && command.TryGetProperty("program", out JsonElement name) ? name.GetString() : null;
        program = program is { Length: > 0 } && !program.Any(char.IsWhiteSpace) ? program : task.GetProperty("name").GetString()!.TrimEnd([.. "0123456789"]);
        return string.Concat(program.TakeLast(LongestName).Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_'));
    }

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

    private sealed record Step(string Id, string Program, int[] Parents, TimeSpan Runtime, double Cores, double MemoryBytes);
}
