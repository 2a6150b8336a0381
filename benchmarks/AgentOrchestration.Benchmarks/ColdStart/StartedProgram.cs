using System.ComponentModel;
using System.Diagnostics;
using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.ColdStart;

/// <summary>A program of benchmarks/ColdStart: built once, then started as whole processes and timed.</summary>
internal sealed class StartedProgram(string name, string executable)
{
    private const string Answer = "4";

    private readonly List<double> _milliseconds = [];

    public string Name => name;

    /// <summary>The median of what the processes took, from their start to their exit.</summary>
    public double Median => Statistics.Median(_milliseconds);

    public double Fewest => _milliseconds.Min();

    /// <summary>Builds a program to run on the runtime.</summary>
    public static async Task<StartedProgram> BuildAsync(string name, string project, CancellationToken cancellationToken)
    {
        string output = OutputOf(project, "jit");
        await DotnetAsync(["build", ProjectOf(project), "-c", "Release", "-o", output, "-v", "quiet", "--nologo"], cancellationToken);
        return new StartedProgram(name, Path.Combine(output, project));
    }

    /// <summary>Builds a program ahead of time.</summary>
    public static async Task<StartedProgram> PublishAheadOfTimeAsync(string name, string project, CancellationToken cancellationToken)
    {
        string output = OutputOf(project, "aot");
        await DotnetAsync(["publish", ProjectOf(project), "-c", "Release", "-o", output, "-p:PublishAot=true", "-v", "quiet", "--nologo"], cancellationToken);
        return new StartedProgram(name, Path.Combine(output, project));
    }

    /// <summary>Starts a process, and waits for its exit and for the right answer.</summary>
    public async Task StartAsync(bool counts, CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        string answer = (await RunAsync(executable, [], cancellationToken)).Trim();
        if (answer != Answer)
        {
            throw new InvalidOperationException($"{name} has answered '{answer}', not {Answer}.");
        }

        if (counts)
        {
            _milliseconds.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
    }

    private static string ProjectOf(string project) => Path.Combine(ResultsFolder.Repository, "benchmarks", "ColdStart", project);

    private static string OutputOf(string project, string how) => Path.Combine(ResultsFolder.Repository, "artifacts", "coldstart", how, project);

    private static async Task DotnetAsync(string[] arguments, CancellationToken cancellationToken) => await RunAsync("dotnet", arguments, cancellationToken);

    private static async Task<string> RunAsync(string file, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start) ?? throw new Win32Exception($"{file} cannot be started.");
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} has failed: {output}{await error}");
    }
}
