using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using AgentOrchestration.Tests.Scheduling;
using CsCheck;

namespace AgentOrchestration.Testing.Tests;

/// <summary>Random plans, random faults, random orders, by the engine of production. CsCheck prints the seed of a failure.</summary>
public sealed class SimulationProperties
{
    private static readonly Gen<(int Chaos, int Seed)> Any = Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, int.MaxValue]);

    private const int SeedsOfEach = 5;

    /// <summary>How many, in a change's tests; at night many more.</summary>
    private static readonly long Runs = Simulations.Of(5_000);

    [Fact]
    public void The_invariants_hold_in_every_run() =>
        Any.Sample(
            (number, seed) =>
            {
                var chaos = new Chaos(number);
                for (int i = 0; i < SeedsOfEach; i++)
                {
                    using SimulatedRun run = chaos.Run(unchecked(seed + i));
                    Invariants.Check(chaos, run);
                }
            },
            iter: Runs / SeedsOfEach);

    [Fact]
    public void The_same_seed_gives_the_same_events_to_the_byte() =>
        Any.Sample(
            (number, seed) =>
            {
                var chaos = new Chaos(number);
                var again = new Chaos(number);
                for (int i = 0; i < SeedsOfEach; i++)
                {
                    Assert.Equal(Hash(chaos, unchecked(seed + i)), Hash(again, unchecked(seed + i)));
                }
            },
            iter: Runs / SeedsOfEach);

    [Fact]
    public void Other_seeds_give_other_orders()
    {
        var chaos = new Chaos(11);

        Assert.True(Enumerable.Range(0, 50).Select(seed => Hash(chaos, seed)).Distinct().Count() > 25);
    }

    [Fact]
    public void How_many_runs_per_second()
    {
        var chaos = new Chaos(4);
        Measure("a random plan with faults", chaos.Run);
        RunSimulation simple = Sample.Of((context, stop) => Sample.Sleep(context, TimeSpan.FromSeconds(1), stop));
        Measure("three subtasks", seed => simple.Run(Sample.ThreeBesideEachOther, seed));
    }

    private static void Measure(string what, Func<int, SimulatedRun> play)
    {
        for (int warm = 0; warm < 100; warm++)
        {
            play(warm).Dispose();
        }

        int count = 0;
        long events = 0;
        var time = Stopwatch.StartNew();
        for (; time.Elapsed < TimeSpan.FromSeconds(0.5); count++)
        {
            using SimulatedRun run = play(count);
            events += run.Events.Count;
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{what}: {count / time.Elapsed.TotalSeconds:N0} runs and {events / time.Elapsed.TotalSeconds:N0} events per second");
    }

    private static string Hash(Chaos chaos, int seed)
    {
        using SimulatedRun run = chaos.Run(seed);
        return Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(run.Events)));
    }
}
