using System.Globalization;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Benchmarks.Schedules;

/// <summary>One PSPLIB instance of the single-mode problem (.sm): jobs with durations, precedence and needs of renewable resources.</summary>
internal sealed class ProjectInstance
{
    private const char Blank = ' ';

    private ProjectInstance(string name, int[] durations, int[][] predecessors, long[][] needs, long[] capacities)
    {
        Name = name;
        Durations = durations;
        Predecessors = predecessors;
        Needs = needs;
        Capacities = capacities;
        CriticalPath = LongestPath();
    }

    public string Name { get; }

    /// <summary>In units of the instance.</summary>
    public int[] Durations { get; }

    public int[][] Predecessors { get; }

    public long[][] Needs { get; }

    public long[] Capacities { get; }

    public int CriticalPath { get; }

    public int Count => Durations.Length;

    public static ProjectInstance Read(string file)
    {
        string[] lines = File.ReadAllLines(file);
        int relations = LineOf("jobnr.");
        int requests = LineOf("REQUESTS/DURATIONS") + 3;
        int[][] rows = [.. lines.Skip(relations + 1).TakeWhile(line => !line.StartsWith('*')).Select(line => Array.ConvertAll(Numbers(line), checked((long number) => (int)number)))];
        List<int>[] predecessors = [.. rows.Select(_ => new List<int>())];
        foreach (int[] row in rows)
        {
            foreach (int successor in row.AsSpan(3))
            {
                predecessors[successor - 1].Add(row[0] - 1);
            }
        }

        long[][] jobs = [.. lines.Skip(requests).Take(rows.Length).Select(Numbers)];
        return new ProjectInstance(
            Path.GetFileName(file),
            Array.ConvertAll(jobs, job => (int)job[2]),
            Array.ConvertAll(predecessors, list => list.ToArray()),
            Array.ConvertAll(jobs, job => job[3..]),
            Numbers(lines[LineOf("RESOURCEAVAILABILITIES") + 2]));

        int LineOf(string start)
        {
            int line = Array.FindIndex(lines, line => line.StartsWith(start, StringComparison.Ordinal));
            return line >= 0 ? line : throw new InvalidDataException($"{file} has no line '{start}…': it is no PSPLIB .sm file.");
        }
    }

    /// <summary>The instance as a plan with resource needs; a unit of time is a second.</summary>
    public TaskPlan ToPlan(string taskType) => TaskPlan.Create(plan =>
    {
        var jobs = new SubtaskRef[Count];
        bool[] isAdded = new bool[Count];
        for (int job = 0; job < Count; job++)
        {
            Add(job);
        }

        SubtaskRef Add(int job)
        {
            if (!isAdded[job])
            {
                isAdded[job] = true;
                jobs[job] = plan.Add(
                    job.ToString(CultureInfo.InvariantCulture),
                    taskType,
                    after: [.. Predecessors[job].Select(Add)],
                    options: new() { EstimatedDuration = TimeSpan.FromSeconds(Durations[job]), Resources = ResourceRequirements.Of(Needs[job].Select((amount, resource) => new ResourceAmount(PoolName(resource), amount)).Where(need => need.Amount > 0)) });
            }

            return jobs[job];
        }
    });

    public IEnumerable<ResourceAmount> Pools() => Capacities.Select((capacity, resource) => new ResourceAmount(PoolName(resource), capacity));

    private static string PoolName(int resource) => $"r{resource + 1}";

    private static long[] Numbers(string line) =>
        Array.ConvertAll(line.Split(Blank, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), text => long.Parse(text, CultureInfo.InvariantCulture));

    private int LongestPath()
    {
        int[] ends = Enumerable.Repeat(-1, Count).ToArray();
        return Enumerable.Range(0, Count).Max(EndOf);

        int EndOf(int job) => ends[job] >= 0 ? ends[job] : ends[job] = Durations[job] + Predecessors[job].Select(EndOf).DefaultIfEmpty().Max();
    }
}
