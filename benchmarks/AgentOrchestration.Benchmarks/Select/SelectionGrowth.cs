using System.Diagnostics;
using AgentOrchestration.Planning;
using AgentOrchestration.Planning.Selection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentOrchestration.Benchmarks.Select;

/// <summary>Measures how selecting grows with the number of task types: the tools of a set, as often as needed, each with words of its own.</summary>
internal static class SelectionGrowth
{
    private const int Rounds = 7;
    private const int Known = 1_000;

    public static async Task<GrowthRow[]> MeasureAsync(ToolSet set, CancellationToken cancellationToken)
    {
        List<GrowthRow> rows = [];
        foreach (int count in (int[])[100, 10, 100, 1_000, 10_000])
        {
            var registry = new ToolRegistry(
                [.. Enumerable.Range(0, count).Select(i => set.Tools[i % set.Tools.Count] is var tool ? new Tool($"{tool.Name[..Math.Min(50, tool.Name.Length)]}_{i}", $"{tool.Description} word{i}", [$"kind{i / 3}"], [$"kind{i / 2}"]) : null!)]);
            List<TimeSpan> index = [];
            List<TimeSpan> selection = [];
            for (int round = 0; round < Rounds; round++)
            {
                var selector = new TaskTypeSelector([], generator: null, TimeProvider.System, NullLogger.Instance);
                for (int i = 0; i < Known; i++)
                {
                    selector.Learn(set.Requests[i % set.Requests.Count].ToPlan() with { Goal = $"{set.Requests[i % set.Requests.Count].Goal} {i}" });
                }

                TimeSpan first = await TimeAsync(selector, registry, set.Requests[round].Goal, cancellationToken);
                TimeSpan next = await TimeAsync(selector, registry, set.Requests[round].Goal, cancellationToken);
                index.Add(first - next);
                selection.Add(next);
            }

            rows.Add(new GrowthRow(count, Median(index), Median(selection)));
        }

        // The first only warms up.
        return [.. rows.Skip(1)];
    }

    private static async Task<TimeSpan> TimeAsync(TaskTypeSelector selector, ToolRegistry registry, string goal, CancellationToken cancellationToken)
    {
        var query = new TaskTypeQuery(new OrchestrationRequest(goal), registry, 50);
        long began = Stopwatch.GetTimestamp();
        await selector.SelectAsync(query, cancellationToken);
        return Stopwatch.GetElapsedTime(began);
    }

    private static TimeSpan Median(List<TimeSpan> times)
    {
        times.Sort();
        return times[times.Count / 2];
    }
}
