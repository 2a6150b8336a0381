using System.Runtime;
using System.Runtime.InteropServices;

namespace AgentOrchestration.Benchmarks.Tables;

/// <summary>What figures were measured on.</summary>
internal static class Machine
{
    private const string CpuInfo = "/proc/cpuinfo";

    public static string Describe() => string.Join(", ", new[]
    {
        $"{Environment.ProcessorCount} processors{Model()}",
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        $"{(GCSettings.IsServerGC ? "server" : "workstation")} GC{(GCSettings.LatencyMode == GCLatencyMode.Interactive ? ", concurrent" : "")}",
    }) + ".";

    private static string Model() =>
        File.Exists(CpuInfo) && File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? $" ({line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()})"
            : "";
}
