using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Benchmarks.Tables;
using AgentOrchestration.Graph;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Scheduling.Search;

namespace AgentOrchestration.Benchmarks.Schedules;

/// <summary>Real workflows beside their lower bounds, on machines of several sizes, with exact estimates and with wrong ones.</summary>
internal static class WorkflowsCommand
{
    private const double Sigma = 1;
    private const int Schedules = 1_000;
    private static readonly WorkflowMachine[] Machines = [new(4), new(8), new(16)];
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
                foreach (WorkflowMachine machine in Machines)
                {
                    await Console.Error.WriteLineAsync($"{trace.Name}, {machine.Name}");
                    rows.Add(await MeasureAsync(trace, machine, arguments.GetValue(seeds), cancellationToken));
                }
            }

            string text = $"""
                # Real workflows

                {Machine.Describe()}
                Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- workflows --data …`.

                Makespans as multiples of the lower bound: the critical path, or the work on cores or memory by capacity. A core has 2,048 MiB of memory; a task
                has the cores and the memory that were measured, at most the machine's. The tighter bound, a multiple of the lower bound too, also counts what
                must come before the work and after it; no schedule is below it. Everything is played through the dispatch core and the ledger in virtual time,
                and checked. The search has {Schedules.ToString("N0", CultureInfo.InvariantCulture)} schedules.

                {Exact(rows)}
                ## Wrong estimates

                Every estimate is wrong by a lognormal factor, σ = {Sigma}; means over {arguments.GetValue(seeds)} seeds. The gain is what a method saves over the plan's order; kept
                is the part of it that is left.

                {Wrong(rows, row => row.CriticalPathFirstWrong, row => row.OptimizedWrong)}
                The same, all estimates of a program wrong by the same factor: what a run learns from its first tasks corrects the others.

                {Wrong(rows, row => row.CriticalPathFirstWrongByProgram, row => row.OptimizedWrongByProgram)}

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

    private static async Task<WorkflowRow> MeasureAsync(WorkflowTrace trace, WorkflowMachine machine, int seeds, CancellationToken cancellationToken)
    {
        ISchedulingPolicy search = SchedulingPolicies.Optimized(new SearchBudget { MaxSchedules = Schedules, MaxTime = TimeSpan.FromHours(1) });
        int parallelism = trace.Count;
        await using JobLibrary library = new(machine.Pools, parallelism, SchedulingPolicies.CriticalPathFirst, taskTypes: trace.Programs);
        TaskGraph graph = library.Check(trace.ToPlan(machine, byLevel: false));
        double bound = trace.LowerBound(graph, machine).TotalSeconds;
        double order = await PlayAsync(graph, SchedulingPolicies.PlanOrder);
        double levels = await PlayAsync(library.Check(trace.ToPlan(machine, byLevel: true)), SchedulingPolicies.PlanOrder);
        double critical = await PlayAsync(graph, SchedulingPolicies.CriticalPathFirst);
        double searched = await PlayAsync(graph, search);
        double[] wrong = new double[4];
        for (int seed = 1; seed <= seeds; seed++)
        {
            var random = new SeededRandom((ulong)seed);
            double[] factors = [.. Enumerable.Range(0, trace.Count).Select(_ => random.Lognormal(1, Sigma))];
            Dictionary<string, double> ofPrograms = trace.Programs.ToDictionary(program => program, _ => random.Lognormal(1, Sigma));
            foreach ((int kind, Func<int, double> factorOf) in new Func<int, double>[] { task => factors[task], task => ofPrograms[trace.ProgramOf(task)] }.Index())
            {
                TaskGraph estimated = library.Check(trace.ToPlan(machine, byLevel: false, task => trace.RuntimeOf($"t{task}") * factorOf(task)));
                wrong[kind * 2] += await PlayAsync(estimated, SchedulingPolicies.CriticalPathFirst) / seeds / bound;
                wrong[(kind * 2) + 1] += await PlayAsync(estimated, search) / seeds / bound;
            }
        }

        double tighter = trace.TighterBound(graph, machine).TotalSeconds;
        return new WorkflowRow(
            trace.Name, machine.Name, tighter / bound, order / bound, levels / bound, critical / bound, searched / bound, wrong[0], wrong[1], wrong[2], wrong[3]);

        async Task<double> PlayAsync(TaskGraph played, ISchedulingPolicy policy)
        {
            SubtaskOrder order = await policy.OrderAsync(library.ContextOf(played), cancellationToken);
            ScheduledRun run = ScheduledRun.Play(played, library.Resources, parallelism, order, subtask => trace.RuntimeOf(played.Subtasks[subtask].Id));
            run.Check(played, library.Resources, parallelism);
            return run.Makespan.TotalSeconds;
        }
    }

    private static MarkdownTable Exact(IReadOnlyList<WorkflowRow> rows)
    {
        var table = new MarkdownTable("workflow", "machine", "tighter bound", "plan order", "level by level", "critical path first (default)", "optimised");
        foreach (WorkflowRow row in rows)
        {
            table.Add(row.Workflow, row.Machine, Text(row.TighterBound), Text(row.PlanOrder), Text(row.LevelByLevel), Text(row.CriticalPathFirst), Text(row.Optimized));
        }

        foreach (IGrouping<string, WorkflowRow> machine in rows.GroupBy(row => row.Machine))
        {
            table.Add(
                "mean", machine.Key, Text(machine.Average(row => row.TighterBound)), Text(machine.Average(row => row.PlanOrder)), Text(machine.Average(row => row.LevelByLevel)),
                Text(machine.Average(row => row.CriticalPathFirst)), Text(machine.Average(row => row.Optimized)));
        }

        return table;
    }

    private static MarkdownTable Wrong(IReadOnlyList<WorkflowRow> rows, Func<WorkflowRow, double> criticalOf, Func<WorkflowRow, double> searchedOf)
    {
        var table = new MarkdownTable("mean over the workflows", "plan order", "critical path first", "with wrong estimates", "gain kept", "optimised", "with wrong estimates", "gain kept");
        foreach (IGrouping<string, WorkflowRow> machine in rows.GroupBy(row => row.Machine))
        {
            double order = machine.Average(row => row.PlanOrder);
            (double critical, double criticalWrong) = (machine.Average(row => row.CriticalPathFirst), machine.Average(criticalOf));
            (double searched, double searchedWrong) = (machine.Average(row => row.Optimized), machine.Average(searchedOf));
            table.Add(
                machine.Key, Text(order), Text(critical), Text(criticalWrong), Text((order - criticalWrong) / (order - critical), "P0"),
                Text(searched), Text(searchedWrong), Text((order - searchedWrong) / (order - searched), "P0"));
        }

        return table;
    }

    private static string Text(double value, string format = "F3") => value.ToString(format, CultureInfo.InvariantCulture);
}
