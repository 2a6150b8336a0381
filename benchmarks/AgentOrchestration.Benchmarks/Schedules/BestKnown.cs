using System.Globalization;

namespace AgentOrchestration.Benchmarks.Schedules;

/// <summary>The best known makespan of each instance, from optimum/optimum.csv beside the instances, where there is one.</summary>
internal static class BestKnown
{
    /// <returns>By file name; empty when there is no such file. Of an open interval (a..b), its upper bound.</returns>
    public static IReadOnlyDictionary<string, int> Read(string folder)
    {
        string file = Path.Combine(folder, "optimum", "optimum.csv");
        return !File.Exists(file)
            ? new Dictionary<string, int>()
            : File.ReadLines(file).Skip(1).Select(line => line.Split(',')).ToDictionary(
                cells => cells[0].Trim(), cells => int.Parse(cells[1].Split("..")[^1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }
}
