using AgentOrchestration.Resources;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Resources;

public sealed class MachineCapacityTests
{
    [Fact]
    public void Detect_HasCpuAndMemory()
    {
        IReadOnlyList<ResourceAmount> capacity = MachineCapacity.Detect();

        Assert.Equal(["cpu", "memory"], capacity.Select(amount => amount.Name));
        Assert.All(capacity, amount => Assert.True(amount.Amount > 0));
        Assert.Equal(Environment.ProcessorCount * 1000L, capacity[0].Amount);
    }

    [Fact]
    public void AddResource_CpuOfTheApplication_OverridesTheMachines()
    {
        IResourceManager resources = ResourcesOf(services => services.AddAgentOrchestration().AddResource("cpu", 123).AddResource("gpu", 2));

        Assert.Equal(123, resources.GetCapacity("cpu"));
        Assert.Equal(2, resources.GetCapacity("gpu"));
        Assert.Equal(MachineCapacity.Detect()[1].Amount, resources.GetCapacity("memory"));
        Assert.Equal(["cpu", "gpu", "memory"], resources.Snapshot().Select(pool => pool.Name));
    }

    [Fact]
    public void AddResource_NotDeclared_ThereIsNoGpu() => Assert.Null(ResourcesOf(services => services.AddAgentOrchestration()).GetCapacity("gpu"));

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("gpü")]
    public void AddResource_IllFormedName_NamesIt(string name)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddAgentOrchestration().AddResource(name, 1));

        Assert.Contains($"'{name}'", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void AddResource_NoCapacity_IsRefused(long capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServiceCollection().AddAgentOrchestration().AddResource("gpu", capacity));

    [Fact]
    public void Sample_OfThisProcess_IsWithinItsLimits()
    {
        ResourceSample sample = new ProcessResourceProbe().Sample();

        Assert.True(sample.CpuTime > TimeSpan.Zero);
        Assert.True(sample.Processors > 0);
        Assert.InRange(sample.MemoryBytes, 1, long.MaxValue);
        Assert.InRange(sample.MemoryLimitBytes, 1, long.MaxValue);
    }

    private static IResourceManager ResourcesOf(Action<IServiceCollection> configure)
    {
        var services = new ServiceCollection();
        configure(services);
        return services.BuildServiceProvider().GetRequiredService<IResourceManager>();
    }
}
