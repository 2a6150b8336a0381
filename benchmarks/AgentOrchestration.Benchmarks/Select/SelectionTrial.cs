using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Planning;
using AgentOrchestration.Planning.Selection;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentOrchestration.Benchmarks.Select;

/// <summary>Selects tools for the requests of a set, each without knowing its own plan.</summary>
internal static class SelectionTrial
{
    private const int Seed = 10;

    /// <summary>Measures the share of requests whose tools are all among the first.</summary>
    /// <param name="set">The set.</param>
    /// <param name="registry">The tools, with or without schemas.</param>
    /// <param name="known">How many plans of other requests have been run before.</param>
    /// <param name="counts">The numbers of tools.</param>
    /// <param name="cancellationToken">Ends the measuring.</param>
    public static async Task<double[]> RecallAsync(ToolSet set, ITaskTypeRegistry registry, int known, IReadOnlyList<int> counts, CancellationToken cancellationToken)
    {
        int[] found = new int[counts.Count];
        int[] order = Shuffled(set.Requests.Count);
        for (int i = 0; i < set.Requests.Count; i++)
        {
            var selector = new TaskTypeSelector([], generator: null, TimeProvider.System, NullLogger.Instance);
            foreach (int other in order.Where(other => other != i).Take(known))
            {
                selector.Learn(set.Requests[other].ToPlan());
            }

            IReadOnlyList<string> selected = await selector.SelectAsync(new TaskTypeQuery(new OrchestrationRequest(set.Requests[i].Goal), registry, registry.TaskTypes.Count), cancellationToken);
            int worst = set.Requests[i].Tools.Max(tool => Place(selected, tool) is >= 0 and var place ? place : int.MaxValue);
            for (int c = 0; c < counts.Count; c++)
            {
                found[c] += worst < counts[c] ? 1 : 0;
            }
        }

        return [.. found.Select(count => (double)count / set.Requests.Count)];
    }

    private static int Place(IReadOnlyList<string> selected, string tool)
    {
        int place = selected.Count - 1;
        while (place >= 0 && selected[place] != tool)
        {
            place--;
        }

        return place;
    }

    private static int[] Shuffled(int count)
    {
        var random = new SeededRandom(Seed);
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = count - 1; i > 0; i--)
        {
            int other = random.Below(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order;
    }
}
