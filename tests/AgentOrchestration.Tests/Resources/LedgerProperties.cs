using AgentOrchestration.Resources;
using AgentOrchestration.Tests.Scheduling;
using CsCheck;

namespace AgentOrchestration.Tests.Resources;

/// <summary>
/// Conservation, in every pool and after every operation: what is free and what the leases hold that are out add up to the capacity, nothing
/// is negative but what is free of a pool that has shrunk, and a lease that goes back twice counts once.
/// </summary>
public sealed class LedgerProperties
{
    private const int Pools = 8;
    private const int Steps = 1_000;

    private static readonly string[] Names = [.. Enumerable.Range(0, Pools).Select(pool => $"pool{pool}")];

    [Fact]
    public void Whatever_is_taken_given_back_twice_cancelled_and_changed_all_is_conserved() =>
        Gen.Int[0, int.MaxValue].Sample(seed => new Ledger(seed).Play(), iter: Simulations.Of(1_000_000 / Steps));

    [Fact]
    public void Many_threads_take_give_back_twice_and_change_capacities_and_in_the_end_all_is_free() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                var pools = new ResourcePools(Names.Select(name => new ResourceAmount(name, 4)));
                Threads.Run([.. Enumerable.Range(0, 4).Select(thread => (Action)(() => Play(pools, new Random(seed + thread))))]);
                Assert.All(pools.Snapshot(), pool => Assert.Equal(0, pool.InUse));
            },
            iter: Simulations.Of(200),
            threads: 1);

    private static void Play(ResourcePools pools, Random random)
    {
        List<ResourceLease> held = [];
        for (int step = 0; step < 200; step++)
        {
            if (random.Next(3) == 0)
            {
                pools.SetCapacity(Names[random.Next(Pools)], random.Next(0, 6));
            }
            else if (pools.TryAcquire(ResourceRequirements.Of(new ResourceAmount(Names[random.Next(4)], 1), new ResourceAmount(Names[random.Next(4, Pools)], 2)), out ResourceLease? lease))
            {
                held.Add(lease);
            }

            Assert.All(pools.Snapshot(), pool => Assert.InRange(pool.InUse, 0, 5));
            if (held.Count > 2)
            {
                held[0].Dispose();
                held[0].Dispose();
                held.RemoveAt(0);
            }
        }

        held.ForEach(lease => lease.Dispose());
    }

    private sealed class Ledger
    {
        private readonly Random _random;
        private readonly long[] _capacities = new long[Pools];
        private readonly long[] _leased = new long[Pools];
        private readonly List<ResourceLease> _out = [];
        private readonly List<ResourceLease> _back = [];
        private readonly ResourcePools _pools;
        private int _told;

        public Ledger(int seed)
        {
            _random = new Random(seed);
            for (int pool = 0; pool < Pools; pool++)
            {
                _capacities[pool] = _random.Next(1, 10);
            }

            _pools = new ResourcePools(Names.Zip(_capacities, (name, capacity) => new ResourceAmount(name, capacity)));
            _pools.Released += (_, _) => _told++;
        }

        public void Play()
        {
            for (int step = 0; step < Steps; step++)
            {
                Step();
                Check();
            }

            while (_out.Count > 0)
            {
                GiveBack(0);
            }

            Check();
            Assert.All(_leased, amount => Assert.Equal(0, amount));
        }

        private void Step()
        {
            int before = _told;
            switch (_random.Next(10))
            {
                case < 5:
                    Acquire(isCancelled: false);
                    break;
                case 5:
                    Acquire(isCancelled: true);
                    break;
                case 6 when _back.Count > 0:
                    _back[_random.Next(_back.Count)].Dispose();
                    Assert.Equal(before, _told);
                    break;
                case 7:
                    int pool = _random.Next(Pools);
                    _capacities[pool] = _random.Next(0, 12);
                    _pools.SetCapacity(Names[pool], _capacities[pool]);
                    Assert.Equal(before + 1, _told);
                    break;
                case > 7 when _out.Count > 0:
                    GiveBack(_random.Next(_out.Count));
                    Assert.Equal(before + 1, _told);
                    break;
            }
        }

        private void Acquire(bool isCancelled)
        {
            var needs = ResourceRequirements.Of(
                Names.Where(_ => _random.Next(3) == 0).DefaultIfEmpty(Names[0]).Select(name => new ResourceAmount(name, _random.Next(1, 5))).ToArray());
            bool expected = needs.Amounts.All(need => _leased[PoolOf(need)] + need.Amount <= _capacities[PoolOf(need)]);
            Assert.Equal(expected, _pools.TryAcquire(needs, out ResourceLease? lease));
            if (lease is not null)
            {
                Count(lease, 1);
                _out.Add(lease);
                if (isCancelled)
                {
                    // Whoever wanted it has been told to stop before its work began.
                    GiveBack(_out.Count - 1);
                }
            }
        }

        private void GiveBack(int index)
        {
            ResourceLease lease = _out[index];
            _out.RemoveAt(index);
            lease.Dispose();
            Count(lease, -1);
            _back.Add(lease);
        }

        private void Count(ResourceLease lease, int sign)
        {
            foreach (ResourceAmount amount in lease.Granted.Amounts)
            {
                _leased[PoolOf(amount)] += sign * amount.Amount;
            }
        }

        private void Check()
        {
            IReadOnlyList<ResourcePoolSnapshot> seen = _pools.Snapshot();
            for (int pool = 0; pool < Pools; pool++)
            {
                Assert.Equal((_capacities[pool], _leased[pool], _capacities[pool] - _leased[pool]), (seen[pool].Capacity, seen[pool].InUse, seen[pool].Free));
                Assert.True(seen[pool].InUse >= 0);
            }
        }

        private static int PoolOf(ResourceAmount amount) => amount.Name[^1] - '0';
    }
}
