using System.Diagnostics;
using System.Globalization;
using DurableWorker;

namespace AgentOrchestration.Tests.Workers;

/// <summary>A process that drives runs, to be killed.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process = new();
    private readonly Task<string> _errors;

    public WorkerProcess(params string[] arguments)
    {
        _process.StartInfo = new ProcessStartInfo("dotnet", ["exec", typeof(WorkerPlan).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process.Start();
        _errors = _process.StandardError.ReadToEndAsync(TestEnd);
    }

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    /// <summary>Waits for a line that begins so.</summary>
    /// <returns>The rest of it.</returns>
    public async Task<string> HearAsync(string beginning)
    {
        while (true)
        {
            string line = await HearAsync();
            if (line.StartsWith(beginning, StringComparison.Ordinal))
            {
                return line[beginning.Length..];
            }
        }
    }

    /// <summary>Waits until it has said so many lines that begin so.</summary>
    /// <returns>Whether it has; otherwise it said a line that begins as the last does.</returns>
    public async Task<bool> HearAsync(string beginning, int count, string last)
    {
        while (count > 0)
        {
            string line = await HearAsync();
            if (line.StartsWith(last, StringComparison.Ordinal))
            {
                return false;
            }

            count -= line.StartsWith(beginning, StringComparison.Ordinal) ? 1 : 0;
        }

        return true;
    }

    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(TestEnd);
    }

    /// <summary>Suspends the process, as a laptop that sleeps or a machine that is paused does.</summary>
    public Task SuspendAsync() => SignalAsync("STOP");

    /// <summary>Lets a process continue that was suspended.</summary>
    public Task ContinueAsync() => SignalAsync("CONT");

    /// <summary>Ends its input, and waits until it has ended well.</summary>
    public async Task EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(TestEnd).WaitAsync(Patience, TestEnd);
        Assert.True(_process.ExitCode == 0, await _errors);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestEnd);
        Assert.Equal(0, kill.ExitCode);
    }

    private async Task<string> HearAsync()
    {
        string? line = await _process.StandardOutput.ReadLineAsync(TestEnd).AsTask().WaitAsync(Patience, TestEnd);
        if (line is null)
        {
            Assert.Fail($"The process said nothing but: {await _errors}");
        }

        return line;
    }
}
