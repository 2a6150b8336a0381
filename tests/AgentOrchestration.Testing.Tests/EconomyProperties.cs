using System.Globalization;
using AgentOrchestration.Tests.Scheduling;
using CsCheck;

namespace AgentOrchestration.Testing.Tests;

/// <summary>Whatever makes a run cheaper or earlier is on, in any mixture: nothing that comes out of it is other than without.</summary>
public sealed class EconomyProperties
{
    private static readonly Gen<(int Number, int Seed)> Any = Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue]);

    [Fact]
    public void With_everything_on_a_run_ends_as_the_plain_run_and_what_it_saved_adds_up_to_that() => Any.Sample(Compare, iter: Simulations.Of(1_000));

    private static void Compare((int Number, int Seed) any)
    {
        var world = new Economies(any.Number);
        using SimulatedRun plain = world.RunPlain(any.Seed);
        using SimulatedRun run = world.Run(any.Seed);

        Assert.Equal(Fates(plain), Fates(run));
        (RunSavings of, RunSavings without) = (run.Result.Savings, plain.Result.Savings);
        if (IsRecorded(of) && IsRecorded(without))
        {
            Assert.True(Whole(of) == Whole(without), $"{world}: {Whole(of)}, not {Whole(without)}. {Show(of)}");
        }
    }

    private static string[] Fates(SimulatedRun run) =>
        [.. run.Result.Subtasks.Select(subtask => string.Create(CultureInfo.InvariantCulture, $"{subtask.Subtask.Id} {subtask.State} {subtask.Output} {subtask.Error?.Kind}"))];

    /// <summary>What the run would have used if each subtask had done its work itself, once.</summary>
    private static (long Calls, long Input, long Output) Whole(RunSavings savings) =>
        (savings.Spent.Calls + savings.Net.Calls, savings.Spent.InputTokens + savings.Net.InputTokens, savings.Spent.OutputTokens + savings.Net.OutputTokens);

    private static bool IsRecorded(RunSavings savings) => savings.Avoided.Concat(savings.Extra).All(item => item is { EstimatedSubtasks: 0, UnknownSubtasks: 0 });

    private static string Show(RunSavings savings) => string.Join("; ", savings.Avoided.Concat(savings.Extra).Select(item => $"{item.Reason} {item.Subtasks}: {item.Usage.Calls} calls, {item.Usage.InputTokens} + {item.Usage.OutputTokens}"));
}
