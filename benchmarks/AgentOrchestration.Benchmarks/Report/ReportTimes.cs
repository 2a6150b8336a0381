using System.Text.Json;

namespace AgentOrchestration.Benchmarks.Report;

/// <summary>The times of one report in seconds, from its run.json.</summary>
internal sealed record ReportTimes(double Makespan, double Work, double CriticalPath)
{
    private const string TypeThatCallsTheModel = "write_section";

    public static ReportTimes Measured(JsonElement run)
    {
        JsonElement timing = run.GetProperty("timing");
        return new ReportTimes(
            timing.GetProperty("makespanSeconds").GetDouble(), timing.GetProperty("workSeconds").GetDouble(), timing.GetProperty("criticalPathSeconds").GetDouble());
    }

    /// <summary>
    /// The same run with the time of the answer as the whole duration of a subtask that asks the model: what the client, the protocol and
    /// the checks of the answer cost counts against the run.
    /// </summary>
    public static ReportTimes WithModelCallsOf(double secondsPerAnswer, JsonElement run)
    {
        JsonElement[] events = [.. run.GetProperty("events").EnumerateArray()];
        Dictionary<string, double> starts = TimesOf(events, "attempt-started");
        Dictionary<string, double> ends = TimesOf(events, "subtask-succeeded");
        JsonElement[] subtasks = [.. events[0].GetProperty("plan").GetProperty("subtasks").EnumerateArray()];
        Dictionary<string, double> durations = subtasks.ToDictionary(
            IdOf, subtask => subtask.GetProperty("type").GetString() == TypeThatCallsTheModel ? secondsPerAnswer : ends[IdOf(subtask)] - starts[IdOf(subtask)], StringComparer.Ordinal);
        Dictionary<string, string[]> dependencies = subtasks.ToDictionary(IdOf, DependenciesOf, StringComparer.Ordinal);
        return new ReportTimes(ends.Values.Max() - starts.Values.Min(), durations.Values.Sum(), subtasks.Max(subtask => PathTo(IdOf(subtask))));

        double PathTo(string id) => durations[id] + dependencies[id].Select(PathTo).DefaultIfEmpty(0).Max();
    }

    public double Bound(int workers) => Math.Max(CriticalPath, Work / workers);

    public double Ratio(int workers) => Makespan / Bound(workers);

    private static string IdOf(JsonElement subtask) => subtask.GetProperty("id").GetString()!;

    private static string[] DependenciesOf(JsonElement subtask) =>
        subtask.TryGetProperty("dependsOn", out JsonElement ids) ? [.. ids.EnumerateArray().Select(id => id.GetString()!)] : [];

    private static Dictionary<string, double> TimesOf(JsonElement[] events, string kind) => events
        .Where(next => next.GetProperty("kind").GetString() == kind)
        .ToDictionary(
            next => next.GetProperty("subtaskId").GetString()!,
            next => (next.GetProperty("time").GetDateTimeOffset() - DateTimeOffset.UnixEpoch).TotalSeconds,
            StringComparer.Ordinal);
}
