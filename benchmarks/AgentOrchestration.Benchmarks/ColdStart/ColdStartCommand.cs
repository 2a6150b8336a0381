using System.CommandLine;
using System.Globalization;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.ColdStart;

/// <summary>How long a new process takes that registers one delegate and runs a chain of two, beside one of Agent Framework and an empty container.</summary>
internal static class ColdStartCommand
{
    private const double MostBesideAgentFramework = 1.0;
    private const double MostAheadOfTime = 40;

    public static Command Create()
    {
        var repetitions = new Option<int>("--repetitions") { Description = "How often each is started.", DefaultValueFactory = _ => 9 };
        var results = new Option<bool>("--results") { Description = "Writes benchmarks/results/coldstart.md." };
        var command = new Command("coldstart", "Builds three programs and times whole processes: one delegate in a chain of two, the same with Agent Framework, an empty container.")
        {
            repetitions,
            results,
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            string text = await MeasureAsync(arguments.GetValue(repetitions), cancellationToken);
            await Console.Out.WriteAsync(text);
            if (arguments.GetValue(results))
            {
                await ResultsFolder.WriteAsync("coldstart.md", text, cancellationToken);
            }
        });
        return command;
    }

    private static async Task<string> MeasureAsync(int repetitions, CancellationToken cancellationToken)
    {
        StartedProgram ours = await StartedProgram.BuildAsync("AgentOrchestration", "Delegates", cancellationToken);
        StartedProgram agentFramework = await StartedProgram.BuildAsync("Agent Framework", "AgentFramework", cancellationToken);
        StartedProgram container = await StartedProgram.BuildAsync("an empty container", "Container", cancellationToken);
        StartedProgram aheadOfTime = await StartedProgram.PublishAheadOfTimeAsync("AgentOrchestration, compiled ahead of time", "Delegates", cancellationToken);
        StartedProgram[] programs = [ours, agentFramework, container, aheadOfTime];
        for (int i = 0; i <= repetitions; i++)
        {
            foreach (StartedProgram program in programs)
            {
                // The first start of each fills the caches of the system.
                await program.StartAsync(counts: i > 0, cancellationToken);
            }
        }

        var table = new MarkdownTable("program", "median ms", "fewest ms", "/ Agent Framework", "goal");
        foreach (StartedProgram program in programs)
        {
            table.Add(
                program.Name,
                Milliseconds(program.Median),
                Milliseconds(program.Fewest),
                (program.Median / agentFramework.Median).ToString("F2", CultureInfo.InvariantCulture),
                program == ours ? Goal($"≤ {MostBesideAgentFramework:F1} × Agent Framework", ours.Median <= MostBesideAgentFramework * agentFramework.Median)
                    : program == aheadOfTime ? Goal($"≤ {MostAheadOfTime:F0} ms", aheadOfTime.Median <= MostAheadOfTime)
                    : "");
        }

        return $"""
            # From the start of a process to its end

            {Machine.Describe()}
            Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- coldstart`. Whole processes, {repetitions} of each, in turn, after one of each.
            Each registers one delegate and runs a chain of two steps with it; the container does nothing but start. The programs are in benchmarks/ColdStart.

            {table}

            """;
    }

    private static string Milliseconds(double value) => value.ToString("F0", CultureInfo.InvariantCulture);

    private static string Goal(FormattableString goal, bool isMet) => $"{goal.ToString(CultureInfo.InvariantCulture)}: {(isMet ? "met" : "not met")}";
}
