using System.Text.Json;
using AgentOrchestration.Resources;
using CsCheck;

namespace AgentOrchestration.Tests.Resources;

public sealed class ResourceRequirementsJsonTests
{
    [Fact]
    public void Write_IsAnObjectOfNamesAndAmounts() => Assert.Equal(
        """{"gpu":1,"memory":4096}""",
        JsonSerializer.Serialize(ResourceRequirements.Of(new ResourceAmount("memory", 4096), new ResourceAmount("gpu", 1))));

    [Fact]
    public void Write_ThenRead_GivesTheSame() =>
        Gen.Dictionary(Gen.String[Gen.Char, 1, 20].Where(name => name.EnumerateRunes().All(rune => rune.Value != 0xFFFD) && !string.IsNullOrWhiteSpace(name)), Gen.Long[1, long.MaxValue])[0, 6].Sample(amounts =>
        {
            var requirements = ResourceRequirements.Of(amounts.Select(amount => new ResourceAmount(amount.Key, amount.Value)));

            Assert.Equal(requirements, JsonSerializer.Deserialize<ResourceRequirements>(JsonSerializer.Serialize(requirements)));
        });

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"gpu":0}""")]
    [InlineData("""{"gpu":null,"cpu":0}""")]
    public void Read_NothingNeeded_IsNone(string json) => Assert.Equal(ResourceRequirements.None, JsonSerializer.Deserialize<ResourceRequirements>(json));

    [Theory]
    [InlineData("[]", "object of names")]
    [InlineData("3", "object of names")]
    [InlineData("\"gpu\"", "object of names")]
    [InlineData("""{"gpu":1.5}""", "'gpu' is not a whole number")]
    [InlineData("""{"gpu":"1"}""", "'gpu' is not a whole number")]
    [InlineData("""{"gpu":[1]}""", "'gpu' is not a whole number")]
    [InlineData("""{"gpu":1e99}""", "'gpu' is not a whole number")]
    [InlineData("""{"gpu":9223372036854775808}""", "'gpu' is not a whole number")]
    [InlineData("""{"gpu":-1}""", "'gpu' is -1")]
    [InlineData("""{"gpu":1,"gpu":1}""", "'gpu' is named twice")]
    [InlineData("""{"gpu":0,"gpu":1}""", "'gpu' is named twice")]
    [InlineData("""{"":1}""", "empty")]
    public void Read_IllFormed_SaysWhy(string json, string why)
    {
        JsonException refusal = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<ResourceRequirements>(json));

        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }
}
