using System.Text.Json;

namespace AgentOrchestration.Benchmarks.Report;

/// <summary>The times of one report in seconds, from the timing in its run.json.</summary>
internal sealed record ReportTimes(double Makespan, double Work, double CriticalPath)
{
    public static ReportTimes Read(JsonElement run)
    {
        JsonElement timing = run.GetProperty("timing");
        return new ReportTimes(
            timing.GetProperty("makespanSeconds").GetDouble(), timing.GetProperty("workSeconds").GetDouble(), timing.GetProperty("criticalPathSeconds").GetDouble());
    }

    public double Bound(int workers) => Math.Max(CriticalPath, Work / workers);

    public double Ratio(int workers) => Makespan / Bound(workers);
}
