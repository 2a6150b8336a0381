using AgentOrchestration.Resources;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Resources;

public sealed class CapacityChangeTests
{
    private static readonly ResourceRequirements One = ResourceRequirements.Of("gpu", 1);

    private readonly ResourcePools _pools = new([new("gpu", 2)]);

    [Fact]
    public void A_pool_that_grows_tells_and_grants_more()
    {
        int told = 0;
        _pools.Released += (_, _) => told++;
        Assert.False(_pools.TryAcquire(ResourceRequirements.Of("gpu", 3), out _));

        _pools.SetCapacity("gpu", 3);

        Assert.Equal(1, told);
        Assert.True(_pools.TryAcquire(ResourceRequirements.Of("gpu", 3), out _));
    }

    [Fact]
    public void A_pool_that_shrinks_below_what_is_in_use_revokes_nothing_and_grants_nothing_until_enough_came_back()
    {
        Assert.True(_pools.TryAcquire(One, out ResourceLease? first));
        Assert.True(_pools.TryAcquire(One, out ResourceLease? second));

        _pools.SetCapacity("gpu", 1);

        Assert.Equal((1, 2, -1), (_pools.Snapshot()[0].Capacity, _pools.Snapshot()[0].InUse, _pools.Snapshot()[0].Free));
        first.Dispose();
        Assert.False(_pools.TryAcquire(One, out _));
        second.Dispose();
        Assert.True(_pools.TryAcquire(One, out _));
    }

    [Fact]
    public void A_pool_of_capacity_0_is_closed()
    {
        _pools.SetCapacity("gpu", 0);

        Assert.Equal(0, _pools.GetCapacity("gpu"));
        Assert.False(_pools.TryAcquire(One, out _));
    }

    [Fact]
    public void A_pool_that_does_not_exist_is_named_with_those_that_do()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => _pools.SetCapacity("tpu", 1));

        Assert.Contains("no resource 'tpu'. There are: gpu.", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => _pools.SetCapacity("gpu", -1));
    }

    [Fact]
    public void What_was_in_use_is_summed_over_time()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var pools = new ResourcePools([new ResourceDeclaration("gpu", 2)], clock);
        Assert.True(pools.TryAcquire(ResourceRequirements.Of("gpu", 2), out ResourceLease? lease));
        clock.Advance(TimeSpan.FromSeconds(3));
        lease.Dispose();
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.True(pools.TryAcquire(One, out _));
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(7, pools.Snapshot()[0].UnitSeconds, precision: 6);
    }

    [Fact]
    public void The_container_has_the_ledger_as_what_changes_capacities()
    {
        using ServiceProvider provider = Build(services => services.AddAgentOrchestration().AddResource("gpu", 2));

        provider.GetRequiredService<IAdjustableResources>().SetCapacity("gpu", 5);

        Assert.Equal(5, provider.GetRequiredService<IResourceManager>().GetCapacity("gpu"));
    }

    [Fact]
    public void A_manager_of_the_applications_own_that_cannot_change_says_so()
    {
        using ServiceProvider provider = Build(services => services.AddAgentOrchestration().UseResourceManager<Fixed>());

        Assert.Contains(
            nameof(IAdjustableResources),
            Assert.Throws<InvalidOperationException>(provider.GetRequiredService<IAdjustableResources>).Message,
            StringComparison.Ordinal);
    }

    private static ServiceProvider Build(Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection();
        configure(services);
        return services.BuildServiceProvider();
    }

    private sealed class Fixed : IResourceManager
    {
        public event EventHandler? Released
        {
            add { }
            remove { }
        }

        public long? GetCapacity(string name) => null;

        public bool TryAcquire(ResourceRequirements needs, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ResourceLease? lease)
        {
            lease = null;
            return false;
        }

        public IReadOnlyList<ResourcePoolSnapshot> Snapshot() => [];
    }
}
