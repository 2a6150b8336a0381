using AgentOrchestration.Resources;
using CsCheck;

namespace AgentOrchestration.Tests.Resources;

public sealed class ResourceRequirementsTests
{
    private static readonly Gen<ResourceRequirements> Requirements =
        Gen.Dictionary(Gen.OneOf("cpu", "gpu", "memory", "tokens", "CPU"), Gen.Long[1, 5])[0, 5]
            .Select(amounts => ResourceRequirements.Of(amounts.Select(amount => new ResourceAmount(amount.Key, amount.Value))));

    [Fact]
    public void Of_AmountsInAnyOrder_AreEqualAndOrderedByName()
    {
        var one = ResourceRequirements.Of(new ResourceAmount("gpu", 1), new ResourceAmount("cpu", 500));
        var other = ResourceRequirements.Of(new ResourceAmount("cpu", 500), new ResourceAmount("gpu", 1));

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.Equal(["cpu", "gpu"], one.Amounts.Select(amount => amount.Name));
        Assert.Equal("500 cpu, 1 gpu", one.ToString());
    }

    [Fact]
    public void Of_Nothing_IsNone()
    {
        Assert.Same(ResourceRequirements.None, ResourceRequirements.Of());
        Assert.True(ResourceRequirements.None.IsNone);
        Assert.Equal("nothing", ResourceRequirements.None.ToString());
    }

    [Theory]
    [InlineData("cpu", 501)]
    [InlineData("gpu", 500)]
    [InlineData("CPU", 500)]
    public void Equals_OtherNameOrAmount_IsFalse(string name, long amount) =>
        Assert.NotEqual(ResourceRequirements.Of("cpu", 500), ResourceRequirements.Of(name, amount));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void Of_AmountNotAboveZero_NamesResourceAndAmount(long amount)
    {
        ArgumentOutOfRangeException refusal = Assert.Throws<ArgumentOutOfRangeException>(() => ResourceRequirements.Of("gpu", amount));

        Assert.Contains("'gpu'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"{amount}", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(null)]
    public void Of_NoName_IsRefused(string? name) => Assert.ThrowsAny<ArgumentException>(() => ResourceRequirements.Of(name!, 1));

    [Fact]
    public void Of_NameTwice_NamesIt()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(
            () => ResourceRequirements.Of(new ResourceAmount("gpu", 1), new ResourceAmount("cpu", 1), new ResourceAmount("gpu", 2)));

        Assert.Contains("'gpu' is named twice", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Union_OfEachResource_TheLargerAmountCounts()
    {
        var one = ResourceRequirements.Of(new ResourceAmount("cpu", 500), new ResourceAmount("gpu", 2));
        var other = ResourceRequirements.Of(new ResourceAmount("cpu", 700), new ResourceAmount("gpu", 1), new ResourceAmount("memory", 10));

        Assert.Equal(
            ResourceRequirements.Of(new ResourceAmount("cpu", 700), new ResourceAmount("gpu", 2), new ResourceAmount("memory", 10)),
            one.Union(other));
    }

    [Fact]
    public void Union_HasTheLawsOfALeastUpperBound() =>
        Gen.Select(Requirements, Requirements, Requirements).Sample((a, b, c) =>
        {
            Assert.Equal(a, a.Union(a));
            Assert.Equal(a, a.Union(ResourceRequirements.None));
            Assert.Equal(a, ResourceRequirements.None.Union(a));
            Assert.Equal(a.Union(b), b.Union(a));
            Assert.Equal(a.Union(b).GetHashCode(), b.Union(a).GetHashCode());
            Assert.Equal(a.Union(b).Union(c), a.Union(b.Union(c)));
            Assert.All(a.Amounts, amount => Assert.True(a.Union(b).Amounts.Single(other => other.Name == amount.Name).Amount >= amount.Amount));
        });

    [Fact]
    public void Equals_AgreesWithTheAmounts() =>
        Gen.Select(Requirements, Requirements).Sample((a, b) => Assert.Equal(a.Amounts.SequenceEqual(b.Amounts), a.Equals(b)));
}
