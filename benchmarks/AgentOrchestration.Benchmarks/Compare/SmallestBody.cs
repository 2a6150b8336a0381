using System.Globalization;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>
/// The minimum effective task granularity at 50 % efficiency (METG), as Task Bench defines it: bodies become smaller and smaller; the
/// efficiency is the work done by the time that all processors had; the granularity is that time divided by the tasks; what counts is the
/// granularity where the efficiency falls to one half.
/// </summary>
internal static class SmallestBody
{
    private const int Size = 10_000;
    private const double HalfEfficient = 0.5;

    private static readonly double[] BodyNanoseconds = [16_000, 4_000, 2_000, 1_000, 500, 250, 125, 64];

    public static async Task<Section> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        Contender[] contenders = [.. new[] { Contender.Floor, Contender.Delegates, Contender.Handlers, Contender.Tpl }.Select(Contender.Named)];
        ShapedGraph graph = GraphShapes.Create(GraphShapes.Layered, Size);
        double perIteration = Spin.NanosecondsPerIteration();
        List<IReadOnlyList<EngineTimes>> races = [];
        List<double> bodies = [];
        foreach (double nanoseconds in BodyNanoseconds)
        {
            int iterations = (int)Math.Max(1, nanoseconds / perIteration);
            await Console.Error.WriteLineAsync($"smallest body: {nanoseconds:N0} ns");
            bodies.Add(iterations * perIteration);
            races.Add(await Race.RunAsync(graph, TaskBody.Spinning(iterations), contenders, scale.Effort with { MostRounds = 7 }, cancellationToken));
        }

        var table = new MarkdownTable(["layered 10,000, efficiency with bodies of", .. bodies.Select(body => $"{body:N0} ns"), "METG(50 %), ns"]);
        List<Goal> goals = [];
        for (int i = 0; i < contenders.Length; i++)
        {
            (double Efficiency, double Granularity)[] points =
                [.. bodies.Select((body, b) => Environment.ProcessorCount * races[b][i].Nanoseconds).Select((granularity, b) => (bodies[b] / granularity, granularity))];
            double? metg = Crossing(points);
            table.Add([
                contenders[i].Name,
                .. points.Select(point => point.Efficiency.ToString("P0", CultureInfo.InvariantCulture)),
                metg is null ? "not reached" : metg.Value.ToString("N0", CultureInfo.InvariantCulture),
            ]);
            if (contenders[i].Name == Contender.Delegates)
            {
                goals.Add(new Goal(Contender.Delegates, "METG(50 %) ≤ 1,000 ns", metg ?? double.PositiveInfinity, 1_000, "layered 10,000"));
                goals.Add(new Goal(Contender.Delegates, "CPU-bound siblings side by side: lost efficiency ≤ 10 % at 16 µs", 1 - points[0].Efficiency, 0.1, "layered 10,000"));
            }
        }

        return new Section("Smallest body", table.ToString(), goals);
    }

    /// <returns>The granularity at which the efficiency falls to one half, between two points on a logarithmic scale.</returns>
    private static double? Crossing((double Efficiency, double Granularity)[] points)
    {
        for (int i = 1; i < points.Length; i++)
        {
            if (points[i - 1].Efficiency >= HalfEfficient && points[i].Efficiency < HalfEfficient)
            {
                double part = (points[i - 1].Efficiency - HalfEfficient) / (points[i - 1].Efficiency - points[i].Efficiency);
                return Math.Exp(double.Lerp(Math.Log(points[i - 1].Granularity), Math.Log(points[i].Granularity), part));
            }
        }

        return points[^1].Efficiency >= HalfEfficient ? points[^1].Granularity : null;
    }
}
