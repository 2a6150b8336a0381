using System.Text.Json;
using AgentOrchestration;

namespace MarketReport.Output;

/// <summary>What stands in run.json: the events of the run, and the timing computed from them.</summary>
internal sealed record RunRecord(string RunId, string Topic, string Outcome, RunRecord.Times Timing, IReadOnlyList<RunEvent> Events)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static RunRecord Of(string topic, RunResult result, IReadOnlyList<RunEvent> events) => new(
        result.Run.RunId,
        topic,
        result.Outcome.ToString(),
        new Times(
            result.Timing.Makespan.TotalSeconds,
            result.Timing.Work.TotalSeconds,
            result.Timing.CriticalPath.Duration.TotalSeconds,
            result.Timing.CriticalPath.SubtaskIds,
            result.Timing.PeakParallelism,
            result.Timing.SpeedUp),
        events);

    public string ToJson() => JsonSerializer.Serialize(this, Format);

    internal sealed record Times(
        double MakespanSeconds, double WorkSeconds, double CriticalPathSeconds, IReadOnlyList<string> CriticalPath, int PeakParallelism, double SpeedUp);
}
