using System.Diagnostics;

namespace AgentOrchestration.Benchmarks.Growth;

/// <summary>
/// A process of its own for what is measured at growing sizes. By default the collector first collects after as many bytes as the processor's
/// cache has, and later than that the more survives: small sizes would never collect, large ones would, and linear work would look as if it grew. Here it
/// collects after every half mebibyte, at all sizes alike and on every machine, and not beside the work, which would be counted at some sizes and not at others.
/// </summary>
internal static class SteadyProcess
{
    /// <summary>The names are those that the runtime looks for: a letter in another case is another setting.</summary>
    private const string FirstBudget = "DOTNET_GCgen0size";

    private const string LargestBudget = "DOTNET_GCGen0MaxBudget";
    private const string HalfMebibyte = "0x80000";

    private static readonly (string Name, string Value)[] Settings =
        [(FirstBudget, HalfMebibyte), (LargestBudget, HalfMebibyte), ("DOTNET_gcConcurrent", "0"), ("DOTNET_TieredPGO", "0")];

    /// <summary>Gets whether this is such a process.</summary>
    public static bool IsThis => Environment.GetEnvironmentVariable(LargestBudget) is not null;

    /// <summary>Runs this program with the same arguments in such a process.</summary>
    /// <returns>Its exit code.</returns>
    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        string[] line = Environment.GetCommandLineArgs();
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("This process has no path.");
        bool isHosted = Path.GetFileNameWithoutExtension(program) == "dotnet";
        var start = new ProcessStartInfo(program, isHosted ? line : line.Skip(1));
        foreach ((string name, string value) in Settings)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        return process.ExitCode;
    }
}
