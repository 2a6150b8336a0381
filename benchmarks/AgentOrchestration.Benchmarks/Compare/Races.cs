using System.Globalization;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>All races, one after another.</summary>
internal static class Races
{
    public static async Task<IReadOnlyList<ComparedRow>> RunAsync(IEnumerable<RaceSetting> settings, CancellationToken cancellationToken)
    {
        List<ComparedRow> rows = [];
        foreach (RaceSetting setting in settings)
        {
            await Console.Error.WriteLineAsync($"{setting.Shape} {setting.Size:N0} {setting.Body.Name}");
            IReadOnlyList<EngineTimes> times = await Race.RunAsync(
                GraphShapes.Create(setting.Shape, setting.Size), setting.Body, setting.Contenders, setting.Effort, cancellationToken);
            double floor = times.Single(engine => engine.Engine == Contender.Floor).Nanoseconds;
            rows.AddRange(times.Select(engine => new ComparedRow(
                setting.Shape,
                setting.Size,
                setting.Body.Name,
                engine.Engine,
                Math.Round(engine.Nanoseconds, 1),
                Math.Round(engine.Bytes, 1),
                Math.Round(engine.Nanoseconds / floor, 3))
            {
                FewestNanoseconds = engine.FewestNanoseconds,
                Rounds = engine.Rounds,
            }));
        }

        return rows;
    }

    public static Section Describe(IReadOnlyList<ComparedRow> rows)
    {
        var table = new MarkdownTable("shape", "tasks", "body", "engine", "ns per task, median", "fewest", "bytes per task", "× floor", "runs", "goals");
        List<Goal> goals = [];
        foreach (ComparedRow[] race in rows.GroupBy(row => (row.Shape, row.Size, row.Body)).Select(race => race.ToArray()))
        {
            foreach (ComparedRow row in race)
            {
                IReadOnlyList<Goal> own = EngineGoals.Of(row, race);
                goals.AddRange(own);
                table.Add(
                    row.Shape, row.Size.ToString("N0", CultureInfo.InvariantCulture), row.Body, row.Engine,
                    Number(row.Nanoseconds), Number(row.FewestNanoseconds), Number(row.Bytes),
                    row.RatioToFloor.ToString("F2", CultureInfo.InvariantCulture), row.Rounds.ToString(CultureInfo.InvariantCulture),
                    string.Join("; ", own.Select(goal => $"{goal.Text}: {goal.Verdict}")));
            }
        }

        goals.AddRange(EngineGoals.OfGrowth(rows));
        return new Section("Engines", table.ToString(), goals);
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
