using AgentOrchestration.Resources;
using CsCheck;

namespace AgentOrchestration.Tests.Resources;

/// <summary>What is free and what is leased add up to the capacity, whatever is asked for and given back, by however many.</summary>
public sealed class ResourcePoolsProperties
{
    private static readonly string[] Names = ["a", "b", "c"];

    private static readonly Gen<long[]> Capacities = Gen.Long[1, 10].Array[Names.Length];

    /// <summary>What is needed of each pool and, once something is held, which lease goes back instead; a need of 0 is none.</summary>
    private static readonly Gen<(long[] Needs, int GiveBack)[]> Steps = Gen.Select(Gen.Long[0, 6].Array[Names.Length], Gen.Int[-8, 7]).Array[0, 60];

    [Fact]
    public void What_is_granted_is_what_a_simple_count_says() =>
        Gen.Select(Capacities, Steps).Sample((capacities, steps) =>
        {
            var pools = new ResourcePools(Names.Zip(capacities, (name, capacity) => new ResourceAmount(name, capacity)));
            long[] free = [.. capacities];
            List<(ResourceLease Lease, long[] Amounts)> held = [];
            foreach ((long[] needs, int giveBack) in steps)
            {
                if (giveBack >= 0 && held.Count > 0)
                {
                    (ResourceLease lease, long[] amounts) = held[giveBack % held.Count];
                    held.RemoveAt(giveBack % held.Count);
                    lease.Dispose();
                    lease.Dispose();
                    free = [.. free.Zip(amounts, (left, right) => left + right)];
                }
                else
                {
                    bool expected = free.Zip(needs).All(pair => pair.Second <= pair.First);
                    Assert.Equal(expected, pools.TryAcquire(ToRequirements(needs), out ResourceLease? lease));
                    if (expected)
                    {
                        held.Add((lease!, needs));
                        free = [.. free.Zip(needs, (left, right) => left - right)];
                    }
                }

                Assert.Equal(free, pools.Snapshot().Select(pool => pool.Free));
                Assert.Equal(capacities, pools.Snapshot().Select(pool => pool.Capacity));
            }
        });

    /// <summary>
    /// Pools "a" and "b" have the same capacity and are always asked for alike, so whoever looks at any moment sees as much of the one in
    /// use as of the other; "c" is one that only one may hold.
    /// </summary>
    [Fact]
    public void Many_threads_never_see_half_a_lease_nor_more_than_there_is() =>
        Gen.Select(Gen.Long[1, 6], Gen.Select(Gen.Long[1, 4], Gen.Bool, Gen.Bool).Array[1, 40].Array[4]).Sample(
            (capacity, programs) =>
            {
                var pools = new ResourcePools([new("a", capacity), new("b", capacity), new("c", 1)]);
                int holdersOfC = 0;

                Threads.Run([.. programs.Select(program => (Action)(() => Play(program)))]);

                Assert.All(pools.Snapshot(), pool => Assert.Equal(0, pool.InUse));

                void Play((long Amount, bool WithC, bool KeepsOne)[] program)
                {
                    ResourceLease? kept = null;
                    foreach ((long amount, bool withC, bool keepsOne) in program)
                    {
                        ResourceRequirements needs = ToRequirements([amount, amount, withC ? 1 : 0]);
                        if (pools.TryAcquire(needs, out ResourceLease? lease))
                        {
                            Assert.True(!withC || Interlocked.Increment(ref holdersOfC) == 1);
                            IReadOnlyList<ResourcePoolSnapshot> seen = pools.Snapshot();
                            Assert.Equal(seen[0].InUse, seen[1].InUse);
                            Assert.All(seen, pool => Assert.InRange(pool.InUse, 0, pool.Capacity));
                            Assert.True(seen[0].InUse >= amount);
                            if (withC)
                            {
                                Interlocked.Decrement(ref holdersOfC);
                            }

                            if (keepsOne && !withC && kept is null)
                            {
                                kept = lease;
                            }
                            else
                            {
                                lease.Dispose();
                            }
                        }
                    }

                    kept?.Dispose();
                }
            },
            iter: 200,
            threads: 1);

    [Fact]
    public void A_lease_that_many_threads_give_back_goes_back_once() =>
        Gen.Int[2, 8].Sample(
            disposers =>
            {
                var pools = new ResourcePools([new("a", 2)]);
                int released = 0;
                pools.Released += (_, _) => Interlocked.Increment(ref released);
                Assert.True(pools.TryAcquire(ResourceRequirements.Of("a", 1), out ResourceLease? lease));
                Assert.True(pools.TryAcquire(ResourceRequirements.Of("a", 1), out _));

                Threads.Run([.. Enumerable.Repeat<Action>(lease.Dispose, disposers)]);

                Assert.Equal((1, 1), (released, pools.Snapshot()[0].InUse));
            },
            iter: 200,
            threads: 1);

    private static ResourceRequirements ToRequirements(long[] needs) =>
        ResourceRequirements.Of(Names.Zip(needs, (name, amount) => new ResourceAmount(name, amount)).Where(need => need.Amount > 0));
}
