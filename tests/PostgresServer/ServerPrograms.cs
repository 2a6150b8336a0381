using System.Diagnostics;

namespace AgentOrchestration.Tests.PostgreSql;

/// <summary>The programs of PostgreSQL and PgBouncer, which refuse to run as root: then they run as the user "postgres", who comes with their packages.</summary>
internal static class ServerPrograms
{
    private const string Debian = "/usr/lib/postgresql";
    private const string User = "postgres";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Gets the path of a program of the newest PostgreSQL that is installed; one that is not there fails when it is run.</summary>
    public static string PathOf(string program) => Directory.Exists(Debian)
        ? Directory.GetDirectories(Debian)
            .Select(version => Path.Combine(version, "bin", program))
            .Where(File.Exists)
            .OrderByDescending(path => int.Parse(path.Split('/')[4], System.Globalization.CultureInfo.InvariantCulture))
            .FirstOrDefault(program)
        : program;

    /// <summary>Creates a folder for the programs.</summary>
    public static string NewFolder()
    {
        string folder = Directory.CreateTempSubdirectory("postgres-").FullName;
        if (Environment.IsPrivilegedProcess)
        {
            RunAsRoot("chown", User, folder);
        }

        return folder;
    }

    public static void RunAsRoot(string program, params string[] arguments) => RunAsync(new ProcessStartInfo(program, arguments)).GetAwaiter().GetResult();

    /// <summary>Runs a program to its end.</summary>
    public static Task RunAsync(string folder, string program, params string[] arguments) => RunAsync(InfoOf(folder, program, arguments));

    /// <summary>Starts a program that stays.</summary>
    public static Process Start(string folder, string program, params string[] arguments) => Process.Start(InfoOf(folder, program, arguments))!;

    private static ProcessStartInfo InfoOf(string folder, string program, string[] arguments) =>
        (Environment.IsPrivilegedProcess ? new ProcessStartInfo("runuser", ["-u", User, "--", PathOf(program), .. arguments]) : new ProcessStartInfo(PathOf(program), arguments))
        .In(folder);

    private static ProcessStartInfo In(this ProcessStartInfo info, string folder)
    {
        info.WorkingDirectory = folder;
        return info;
    }

    private static async Task RunAsync(ProcessStartInfo info)
    {
        info.RedirectStandardOutput = info.RedirectStandardError = true;
        using Process process = Process.Start(info)!;
        using var patience = new CancellationTokenSource(Patience);
        string[] output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        await process.WaitForExitAsync(patience.Token);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{info.FileName} {string.Join(' ', info.ArgumentList)} ended with {process.ExitCode}: {string.Concat(output)}");
        }
    }
}
