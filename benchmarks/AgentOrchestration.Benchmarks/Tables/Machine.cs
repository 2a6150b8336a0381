using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AgentOrchestration.Benchmarks.Tables;

/// <summary>What figures were measured on.</summary>
internal static class Machine
{
    private const string CpuInfo = "/proc/cpuinfo";
    private const string LoadAverage = "/proc/loadavg";

    /// <summary>When it started, before it was busy with what it measures.</summary>
    private static readonly string LoadAtStart = File.Exists(LoadAverage) ? File.ReadAllText(LoadAverage).Split(' ')[0] : "";

    public static string Describe() => string.Join(", ", new[]
    {
        $"{Environment.ProcessorCount} processors{Model()}",
        RuntimeInformation.FrameworkDescription,
        RuntimeInformation.OSDescription,
        $"{(GCSettings.IsServerGC ? "server" : "workstation")} GC{(GCSettings.LatencyMode == GCLatencyMode.Interactive ? ", concurrent" : "")}",
    }) + (LoadAtStart.Length == 0 ? "." : $"; load when it began: {LoadAtStart}.");

    /// <summary>Notes how busy the machine is; call it first.</summary>
    public static void NoteLoad() => RuntimeHelpers.RunClassConstructor(typeof(Machine).TypeHandle);

    private static string Model() =>
        File.Exists(CpuInfo) && File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? $" ({line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()})"
            : "";
}
