using System.CommandLine;
using System.Globalization;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.Soak;

/// <summary>Whether anything grows while runs of all kinds come and go: heap, handles, timers, threads.</summary>
internal static class SoakCommand
{
    private const int SideBySide = 8;

    /// <summary>The first part of the time only warms up.</summary>
    private const double WarmUp = 0.2;

    /// <summary>A line may rise by so much of its mean over the whole time.</summary>
    private const double Tolerance = 0.02;

    private static readonly TimeSpan BetweenSamples = TimeSpan.FromSeconds(3);

    /// <summary>What is sampled, how it is shown, and by how much it may rise in any case.</summary>
    private static readonly (string Name, string Unit, Func<SoakSample, double> Value, double Slack)[] Lines =
    [
        ("heap", "KiB", sample => sample.HeapBytes / 1024.0, 256),
        ("handles", "", sample => sample.Handles, 2),
        ("timers", "", sample => sample.Timers, 2),
        ("threads", "", sample => sample.Threads, 4),
    ];

    public static Command Create()
    {
        var minutes = new Option<double>("--minutes") { Description = "How long; a fifth of it warms up.", DefaultValueFactory = _ => 30 };
        var command = new Command("soak", "Runs of all kinds one after another and side by side; fails when heap, handles, timers or threads grow.") { minutes };
        command.SetAction((arguments, cancellationToken) => RunAsync(TimeSpan.FromMinutes(arguments.GetValue(minutes)), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        int unobserved = 0;
        TaskScheduler.UnobservedTaskException += (_, _) => Interlocked.Increment(ref unobserved);
        List<SoakSample> samples = [];
        long runs = 0;
        long start = TimeProvider.System.GetTimestamp();
        await using (var application = new SoakRuns())
        {
            while (TimeProvider.System.GetElapsedTime(start) < time)
            {
                runs = await RunForAsync(application, BetweenSamples, runs, cancellationToken);
                if (TimeProvider.System.GetElapsedTime(start) > time * WarmUp)
                {
                    samples.Add(SoakSample.Take(runs));
                }
            }
        }

        if (samples.Count < 3)
        {
            await Console.Error.WriteLineAsync($"{samples.Count} samples say nothing: soak for longer.");
            return 1;
        }

        int growing = await ReportAsync(samples, runs, unobserved);
        return growing + unobserved == 0 ? 0 : 1;
    }

    /// <summary>One after another, then side by side, by turns, until the time is over and nothing is going on.</summary>
    private static async Task<long> RunForAsync(SoakRuns application, TimeSpan time, long runs, CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < time)
        {
            for (int i = 0; i < SideBySide * 4; i++)
            {
                await application.RunAsync(runs++, cancellationToken);
            }

            for (int i = 0; i < SideBySide; i++)
            {
                long first = runs;
                await Task.WhenAll(Enumerable.Range(0, SideBySide).Select(next => application.RunAsync(first + next, cancellationToken)));
                runs += SideBySide;
            }
        }

        return runs;
    }

    private static async Task<int> ReportAsync(List<SoakSample> samples, long runs, int unobserved)
    {
        var table = new MarkdownTable("what", "first", "last", "mean", "slope per 1,000 runs", "growth of the line", "allowed", "verdict");
        List<string> slopes = [];
        int growing = 0;
        foreach ((string name, string unit, Func<SoakSample, double> value, double slack) in Lines)
        {
            var slope = Slope.Of(samples, value);
            double mean = samples.Average(value);
            double allowed = Math.Max(slack, mean * Tolerance);
            bool isGrowing = slope.Growth > allowed;
            growing += isGrowing ? 1 : 0;
            table.Add(
                $"{name} {unit}".Trim(), Text(value(samples[0]), 0), Text(value(samples[^1]), 0), Text(mean, 1), Text(slope.PerRun * 1000, 3), Text(slope.Growth, 1), Text(allowed, 1), isGrowing ? "GROWS" : "holds");
            slopes.Add($"{name} {Text(slope.PerRun * 1000, 3)} {unit}".Trim());
        }

        await Console.Out.WriteAsync(
            $"""
            # Soak

            {Machine.Describe()}
            {runs:N0} runs, {samples.Count} samples after {WarmUp:P0} of the time, each after a full collection and with no run going on. {unobserved} exceptions were observed by nobody.

            {table}
            Figure: {runs.ToString("N0", CultureInfo.InvariantCulture)} runs; per 1,000 runs: {string.Join(", ", slopes)}; {unobserved} unobserved exceptions

            """);
        return growing;
    }

    private static string Text(double value, int digits) => value.ToString($"N{digits}", CultureInfo.InvariantCulture);
}
