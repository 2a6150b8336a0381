using AgentOrchestration.Optimization;
using CsCheck;

namespace AgentOrchestration.Tests.Optimization;

/// <summary>Which results stay in memory when there are too many.</summary>
public sealed class LocalResultsTests
{
    private const long Never = long.MaxValue;

    [Fact]
    public void There_are_never_more_than_the_capacity()
    {
        var results = new LocalResults(10);
        for (int i = 0; i < 1_000; i++)
        {
            results.Keep($"{i}", [1], i % 7, Never);
            Assert.InRange(results.Count, 1, 10);
        }
    }

    [Fact]
    public void What_costs_most_stays_and_what_was_not_asked_for_since_falls_behind()
    {
        var results = new LocalResults(2);
        results.Keep("dear", [1], 10, Never);
        results.Keep("cheap", [1], 1, Never);
        results.Keep("new", [1], 2, Never);

        Assert.Equal((true, false, true), (IsKept(results, "dear"), IsKept(results, "cheap"), IsKept(results, "new")));

        // Nobody asks for it again, while many others come and go that are worth less.
        for (int i = 0; i < 100; i++)
        {
            results.Keep($"{i}", [1], 1, Never);
        }

        Assert.False(IsKept(results, "dear"));
    }

    [Fact]
    public void Of_equal_cost_what_was_asked_for_more_stays()
    {
        var results = new LocalResults(2);
        results.Keep("often", [1], 1, Never);
        results.Keep("once", [1], 1, Never);
        Assert.NotNull(results.Find("often", 0));

        results.Keep("new", [1], 1, Never);

        Assert.Equal((true, false), (IsKept(results, "often"), IsKept(results, "once")));
    }

    [Fact]
    public void A_large_result_counts_as_several_and_one_that_is_too_large_is_not_kept()
    {
        var results = new LocalResults(4);
        results.Keep("small", [1], 1, Never);
        results.Keep("large", new byte[(3 * LocalResults.BytesOfOne) + 1], 10, Never);
        results.Keep("too large", new byte[(4 * LocalResults.BytesOfOne) + 1], 1e9, Never);

        Assert.Equal((false, true, false), (IsKept(results, "small"), IsKept(results, "large"), IsKept(results, "too large")));
    }

    [Fact]
    public void A_result_whose_time_is_over_is_not_found()
    {
        var results = new LocalResults(4);
        results.Keep("a", [1], 1, expiresAt: 100);

        Assert.NotNull(results.Find("a", 99));
        Assert.Null(results.Find("a", 100));
        Assert.Equal(0, results.Count);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-1)]
    [InlineData(double.MaxValue)]
    public void Any_cost_can_be_kept_and_keeps_the_order(double cost)
    {
        var results = new LocalResults(3);
        for (int i = 0; i < 5_000; i++)
        {
            results.Keep($"{i % 10}", [1], i % 3 == 0 ? cost : i, Never);
            results.Find($"{i % 4}", 0);
        }

        Assert.Equal(3, results.Count);
    }

    [Fact]
    public void A_cache_of_nothing_keeps_nothing()
    {
        var results = new LocalResults(0);
        results.Keep("a", [1], 1, Never);

        Assert.Null(results.Find("a", 0));
    }

    [Fact]
    public void What_goes_is_what_the_formula_says() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 5], Gen.Bool).Array[1, 200].Sample(steps =>
        {
            var results = new LocalResults(4);
            var model = new Model(4);
            foreach ((int key, int cost, bool isKept) in steps)
            {
                if (isKept)
                {
                    results.Keep($"{key}", [(byte)key], cost, Never);
                    model.Keep(key, cost);
                }
                else
                {
                    Assert.Equal(model.Find(key), results.Find($"{key}", 0) is not null);
                }
            }

            return model.Keys.Order().SequenceEqual(Enumerable.Range(0, 10).Where(key => IsKept(results, $"{key}")));
        });

    private static bool IsKept(LocalResults results, string key) => results.Find(key, 0) is not null;

    /// <summary>H = L + frequency × cost, the least first, and of equal ones the one that was asked for earlier; by looking at all.</summary>
    private sealed class Model(int capacity)
    {
        private readonly Dictionary<int, (double Value, int Frequency, double Cost, int Sequence)> _entries = [];
        private double _level;
        private int _sequence;

        public IEnumerable<int> Keys => _entries.Keys;

        public bool Find(int key)
        {
            if (!_entries.TryGetValue(key, out (double Value, int Frequency, double Cost, int Sequence) entry))
            {
                return false;
            }

            _entries[key] = (_level + ((entry.Frequency + 1) * entry.Cost), entry.Frequency + 1, entry.Cost, _sequence++);
            return true;
        }

        public void Keep(int key, double cost)
        {
            int frequency = _entries.TryGetValue(key, out (double Value, int Frequency, double Cost, int Sequence) before) ? before.Frequency : 1;
            _entries[key] = (_level + (frequency * cost), frequency, cost, _sequence++);
            if (_entries.Count > capacity)
            {
                int least = _entries.MinBy(entry => (entry.Value.Value, entry.Value.Sequence)).Key;
                _level = _entries[least].Value;
                _entries.Remove(least);
            }
        }
    }
}
