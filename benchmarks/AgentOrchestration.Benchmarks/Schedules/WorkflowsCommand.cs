using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Benchmarks.Tables;
using AgentOrchestration.Graph;
using AgentOrchestration.Scheduling;

namespace AgentOrchestration.Benchmarks.Schedules;

/// <summary>Real workflows beside their lower bounds, on machines of several sizes, with exact estimates and with wrong ones.</summary>
internal static class WorkflowsCommand
{
    private const double Sigma = 1;
    private const int Schedules = 1_000;
    private static readonly int[] MachineSizes = [4, 8, 16];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var data = new Option<DirectoryInfo>("--data") { Description = "A folder of WfFormat .json files.", Required = true };
        var seeds = new Option<int>("--seeds") { Description = "How many times estimates are made wrong.", DefaultValueFactory = _ => 30 };
        var json = new Option<FileInfo?>("--json") { Description = "Writes the rows to this file." };
        var results = new Option<bool>("--results") { Description = "Writes benchmarks/results/workflows.md." };
        var command = new Command("workflows", "Real workflows: makespans beside the lower bound, and what is left of the gain when estimates are wrong.") { data, seeds, json, results };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            DirectoryInfo folder = arguments.GetValue(data)!;
            WorkflowTrace[] traces = folder.Exists ? [.. folder.EnumerateFiles("*.json").OrderBy(file => file.Name, StringComparer.Ordinal).Select(WorkflowTrace.Read)] : [];
            if (traces.Length == 0)
            {
                await Console.Error.WriteLineAsync($"{folder.FullName} holds no .json files. Give a folder of WfFormat traces with --data.");
                return 1;
            }

            List<WorkflowRow> rows = [];
            foreach (WorkflowTrace trace in traces)
            {
                foreach (int cores in MachineSizes)
                {
                    await Console.Error.WriteLineAsync($"{trace.Name}, {cores} cores");
                    rows.Add(await MeasureAsync(trace, cores, arguments.GetValue(seeds), cancellationToken));
                }
            }

            string text = $"""
                # Real workflows

                {Machine.Describe()}
                Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- workflows --data …`.

                Makespans as multiples of the lower bound: the critical path, or the work on cores or memory by capacity. A core has 2,048 MiB of memory; a task
                has the cores and the memory that were measured, at most the machine's. Everything is played through the dispatch core and the ledger in
                virtual time, and checked. The search has {Schedules.ToString("N0", CultureInfo.InvariantCulture)} schedules.

                {Exact(rows)}
                ## Wrong estimates

                Every estimate is wrong by a lognormal factor, σ = {Sigma}; means over {arguments.GetValue(seeds)} seeds. The gain is what a method saves over the plan's order; kept
                is the part of it that is left.

                {Wrong(rows)}

                """;
            await Console.Out.WriteAsync(text);
            if (arguments.GetValue(json) is { } file)
            {
                await File.WriteAllTextAsync(file.FullName, JsonSerializer.Serialize(rows, Indented), cancellationToken);
            }

            if (arguments.GetValue(results))
            {
                await ResultsFolder.WriteAsync("workflows.md", text, cancellationToken);
            }

            return 0;
        });
        return command;
    }

    private static async Task<WorkflowRow> MeasureAsync(WorkflowTrace trace, int cores, int seeds, CancellationToken cancellationToken)
    {
        ISchedulingPolicy search = SchedulingPolicies.Optimized(new SearchBudget { MaxSchedules = Schedules, MaxTime = TimeSpan.FromHours(1) });
        await using JobLibrary library = new(WorkflowTrace.Pools(cores), trace.Count, SchedulingPolicies.CriticalPathFirst);
        TaskGraph graph = library.Check(trace.ToPlan(cores, byLevel: false));
        double bound = trace.LowerBound(graph, cores).TotalSeconds;
        double order = await PlayAsync(graph, SchedulingPolicies.PlanOrder);
        double levels = await PlayAsync(library.Check(trace.ToPlan(cores, byLevel: true)), SchedulingPolicies.PlanOrder);
        double critical = await PlayAsync(graph, SchedulingPolicies.CriticalPathFirst);
        double searched = await PlayAsync(graph, search);
        (double criticalWrong, double searchedWrong) = (0, 0);
        for (int seed = 1; seed <= seeds; seed++)
        {
            var random = new SeededRandom((ulong)seed);
            TaskGraph wrong = library.Check(trace.ToPlan(cores, byLevel: false, task => trace.RuntimeOf($"t{task}") * random.Lognormal(1, Sigma)));
            criticalWrong += await PlayAsync(wrong, SchedulingPolicies.CriticalPathFirst) / seeds;
            searchedWrong += await PlayAsync(wrong, search) / seeds;
        }

        return new WorkflowRow(trace.Name, cores, order / bound, levels / bound, critical / bound, searched / bound, criticalWrong / bound, searchedWrong / bound);

        async Task<double> PlayAsync(TaskGraph played, ISchedulingPolicy policy)
        {
            SubtaskOrder order = await policy.OrderAsync(library.ContextOf(played), cancellationToken);
            ScheduledRun run = ScheduledRun.Play(played, library.Resources, trace.Count, order, subtask => trace.RuntimeOf(played.Subtasks[subtask].Id));
            run.Check(played, library.Resources, trace.Count);
            return run.Makespan.TotalSeconds;
        }
    }

    private static MarkdownTable Exact(IReadOnlyList<WorkflowRow> rows)
    {
        var table = new MarkdownTable("workflow", "cores", "plan order", "level by level", "critical path first (default)", "optimised");
        foreach (WorkflowRow row in rows)
        {
            table.Add(row.Workflow, Text(row.Cores, "N0"), Text(row.PlanOrder), Text(row.LevelByLevel), Text(row.CriticalPathFirst), Text(row.Optimized));
        }

        foreach (IGrouping<int, WorkflowRow> size in rows.GroupBy(row => row.Cores))
        {
            table.Add(
                "mean", Text(size.Key, "N0"), Text(size.Average(row => row.PlanOrder)), Text(size.Average(row => row.LevelByLevel)),
                Text(size.Average(row => row.CriticalPathFirst)), Text(size.Average(row => row.Optimized)));
        }

        return table;
    }

    private static MarkdownTable Wrong(IReadOnlyList<WorkflowRow> rows)
    {
        var table = new MarkdownTable("mean over the workflows", "plan order", "critical path first", "with wrong estimates", "gain kept", "optimised", "with wrong estimates", "gain kept");
        foreach (IGrouping<int, WorkflowRow> size in rows.GroupBy(row => row.Cores))
        {
            double order = size.Average(row => row.PlanOrder);
            (double critical, double criticalWrong) = (size.Average(row => row.CriticalPathFirst), size.Average(row => row.CriticalPathFirstWrong));
            (double searched, double searchedWrong) = (size.Average(row => row.Optimized), size.Average(row => row.OptimizedWrong));
            table.Add(
                $"{size.Key} cores", Text(order), Text(critical), Text(criticalWrong), Text((order - criticalWrong) / (order - critical), "P0"),
                Text(searched), Text(searchedWrong), Text((order - searchedWrong) / (order - searched), "P0"));
        }

        return table;
    }

    private static string Text(double value, string format = "F3") => value.ToString(format, CultureInfo.InvariantCulture);
}
