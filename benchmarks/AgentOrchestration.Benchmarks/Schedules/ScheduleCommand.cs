using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AgentOrchestration.Benchmarks.Tables;
using AgentOrchestration.Graph;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Scheduling.Search;

namespace AgentOrchestration.Benchmarks.Schedules;

/// <summary>How good the schedules are: project-scheduling instances, run through the dispatch core in virtual time.</summary>
internal static class ScheduleCommand
{
    private const int RealTimeInstances = 50;
    private static readonly int[] SearchSizes = [1_000, 5_000, 50_000];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var data = new Option<DirectoryInfo>("--data") { Description = "A folder of PSPLIB .sm files, with optimum/optimum.csv if there is one.", Required = true };
        var milliseconds = new Option<int?>("--budget-ms") { Description = "Also searches for so long, however many schedules that is." };
        var largest = new Option<int>("--schedules") { Description = "The largest search.", DefaultValueFactory = _ => 50_000 };
        var json = new Option<FileInfo?>("--json") { Description = "Writes the rows to this file." };
        var results = new Option<bool>("--results") { Description = "Writes benchmarks/results/schedule-<set>.md." };
        var command = new Command("schedule", "Project-scheduling instances: makespans beside the best known and the critical path.") { data, milliseconds, largest, json, results };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            DirectoryInfo folder = arguments.GetValue(data)!;
            ProjectInstance[] instances = folder.Exists ? [.. folder.EnumerateFiles("*.sm").OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => ProjectInstance.Read(file.FullName))] : [];
            if (instances.Length == 0)
            {
                await Console.Error.WriteLineAsync($"{folder.FullName} holds no .sm files. Give a folder of PSPLIB instances with --data.");
                return 1;
            }

            IReadOnlyDictionary<string, int> best = BestKnown.Read(folder.FullName);
            List<ScheduleRow> rows = [];

            // Everything once before the clock counts, for the compiler's sake.
            ISchedulingPolicy warmUp = SchedulingPolicies.Optimized(new SearchBudget { MaxSchedules = SearchSizes[0], MaxTime = TimeSpan.FromHours(1) });
            await MeasureAsync(folder.Name, "warm-up", 1, warmUp, instances, best, cancellationToken);
            foreach ((string method, int schedules, ISchedulingPolicy policy) in Methods(arguments.GetValue(largest), arguments.GetValue(milliseconds)))
            {
                await Console.Error.WriteLineAsync($"{folder.Name}: {method}");
                rows.Add(await MeasureAsync(folder.Name, method, schedules, policy, instances, best, cancellationToken));
            }

            string text = $"""
                # Schedules: {folder.Name}

                {Machine.Describe()}
                Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- schedule --data …/{folder.Name}`.

                Every instance is a plan with resource needs, checked, ordered by the policy, and played through the dispatch core and the ledger in virtual
                time; makespans are read from the run's events, and each schedule is checked. Every generated schedule, each forward or backward pass
                included, counts as one.

                {Table(rows)}
                {await RealTimeCheck.RunAsync([.. Every(instances, RealTimeInstances)], cancellationToken)}

                """;
            await Console.Out.WriteAsync(text);
            if (arguments.GetValue(json) is { } file)
            {
                await File.WriteAllTextAsync(file.FullName, JsonSerializer.Serialize(rows, Indented), cancellationToken);
            }

            if (arguments.GetValue(results))
            {
                await ResultsFolder.WriteAsync($"schedule-{folder.Name}.md", text, cancellationToken);
            }

            return 0;
        });
        return command;
    }

    private static IEnumerable<(string Method, int Schedules, ISchedulingPolicy Policy)> Methods(int largest, int? milliseconds)
    {
        yield return ("plan order", 1, SchedulingPolicies.PlanOrder);
        yield return ("critical path first (default)", 1, SchedulingPolicies.CriticalPathFirst);
        foreach (int schedules in SearchSizes.Where(schedules => schedules <= largest))
        {
            yield return ("optimised", schedules, SchedulingPolicies.Optimized(new SearchBudget { MaxSchedules = schedules, MaxTime = TimeSpan.FromHours(1) }));
        }

        if (milliseconds is { } time)
        {
            yield return ($"optimised, {time} ms", int.MaxValue, SchedulingPolicies.Optimized(new SearchBudget { MaxSchedules = int.MaxValue, MaxTime = TimeSpan.FromMilliseconds(time) }));
        }
    }

    private static async Task<ScheduleRow> MeasureAsync(
        string set, string method, int schedules, ISchedulingPolicy policy, ProjectInstance[] instances, IReadOnlyDictionary<string, int> best, CancellationToken cancellationToken)
    {
        Dictionary<string, (int Makespan, double Milliseconds)> found = [];

        foreach (ProjectInstance instance in instances)
        {
            await using JobLibrary library = new(instance.Pools(), instance.Count, policy);
            TaskGraph graph = library.Check(instance.ToPlan(JobLibrary.TaskType));
            long start = Stopwatch.GetTimestamp();
            SubtaskOrder order = await policy.OrderAsync(library.ContextOf(graph), cancellationToken);
            double spent = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            ScheduledRun run = ScheduledRun.Play(graph, library.Resources, instance.Count, order, subtask => graph.Subtasks[subtask].EstimatedDuration!.Value);
            run.Check(graph, library.Resources, instance.Count);
            found[instance.Name] = ((int)run.Makespan.TotalSeconds, spent);
        }

        ProjectInstance[] known = [.. instances.Where(instance => best.ContainsKey(instance.Name))];
        return new ScheduleRow(
            set,
            method,
            schedules,
            known.Length == 0 ? null : known.Average(instance => Percent(found[instance.Name].Makespan, best[instance.Name])),
            instances.Average(instance => Percent(found[instance.Name].Makespan, instance.CriticalPath)),
            known.Length == 0 ? null : known.Count(instance => found[instance.Name].Makespan <= best[instance.Name]),
            instances.Length,
            found.Values.Average(run => run.Milliseconds));
    }

    private static MarkdownTable Table(IEnumerable<ScheduleRow> rows)
    {
        var table = new MarkdownTable("method", "schedules", "above best known, %", "above critical path, %", "best known reached", "instances", "ms per instance");
        foreach (ScheduleRow row in rows)
        {
            table.Add(
                row.Method,
                row.Schedules == int.MaxValue ? "" : row.Schedules.ToString("N0", CultureInfo.InvariantCulture),
                row.DeviationFromBest?.ToString("F3", CultureInfo.InvariantCulture) ?? "",
                row.DeviationFromCriticalPath.ToString("F2", CultureInfo.InvariantCulture),
                row.Optima?.ToString(CultureInfo.InvariantCulture) ?? "",
                row.Instances.ToString(CultureInfo.InvariantCulture),
                row.MillisecondsPerInstance.ToString("F2", CultureInfo.InvariantCulture));
        }

        return table;
    }

    private static double Percent(int makespan, int reference) => 100.0 * (makespan - reference) / reference;

    private static IEnumerable<T> Every<T>(T[] items, int count) =>
        Enumerable.Range(0, Math.Min(count, items.Length)).Select(index => items[index * items.Length / Math.Min(count, items.Length)]);
}
