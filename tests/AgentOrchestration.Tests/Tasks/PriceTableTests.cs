using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Prices;

namespace AgentOrchestration.Tests.Tasks;

public sealed class PriceTableTests
{
    private const string Prices = """
        {
          "sample_spec": { "input_cost_per_token": 0.0000, "max_tokens": "explained here" },
          "small": {
            "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, "cache_read_input_token_cost": 1e-07, "cache_creation_input_token_cost": 1.25e-06,
            "output_cost_per_reasoning_token": 3e-06, "max_tokens": 8192, "mode": "chat", "supported_regions": ["global"]
          },
          "plain": { "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06 },
          "long": {
            "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06,
            "input_cost_per_token_above_128k_tokens": 5e-06, "input_cost_per_token_above_200k_tokens": 9e-06, "output_cost_per_token_above_200k_tokens": 8e-06
          },
          "input only": { "input_cost_per_token": 1e-06, "output_cost_per_token": null },
          "pictures": { "output_cost_per_image": 0.04 }
        }
        """;

    private static readonly PriceTable Table = PriceTable.Parse(Prices);

    [Fact]
    public void Each_kind_of_token_has_its_price()
    {
        var call = new ModelUsage { Model = "small", InputTokens = 1_000, CachedInputTokens = 600, CacheWriteTokens = 100, OutputTokens = 50, ReasoningTokens = 20 };

        Assert.Equal((300 * 1e-6m) + (600 * 1e-7m) + (100 * 1.25e-6m) + (30 * 2e-6m) + (20 * 3e-6m), Table.CostOf(call));
    }

    [Fact]
    public void Kinds_without_a_price_of_their_own_cost_what_the_others_cost()
    {
        var call = new ModelUsage { Model = "PLAIN", InputTokens = 1_000, CachedInputTokens = 600, CacheWriteTokens = 100, OutputTokens = 50, ReasoningTokens = 20 };

        Assert.Equal((1_000 * 1e-6m) + (50 * 2e-6m), Table.CostOf(call));
    }

    [Theory]
    [InlineData(128_000, 1e-6, 2e-6)]
    [InlineData(128_001, 5e-6, 2e-6)]
    [InlineData(200_000, 5e-6, 2e-6)]
    [InlineData(200_001, 9e-6, 8e-6)]
    public void A_longer_input_has_the_price_of_its_tier_for_the_whole_call(long input, double inputPrice, double outputPrice)
    {
        Assert.Equal((input * (decimal)inputPrice) + (10 * (decimal)outputPrice), Table.CostOf(new ModelUsage { Model = "long", InputTokens = input, OutputTokens = 10 }));
    }

    [Theory]
    [InlineData(null, 1L, 1L)]
    [InlineData("small-2", 1L, 1L)]
    [InlineData("sample_spec", 1L, 1L)]
    [InlineData("pictures", 1L, 1L)]
    [InlineData("small", null, null)]
    [InlineData("input only", 1L, 1L)]
    public void What_has_no_price_has_no_cost(string? model, long? input, long? output)
    {
        Assert.Null(Table.CostOf(new ModelUsage { Model = model, InputTokens = input, OutputTokens = output }));
    }

    [Fact]
    public void A_price_that_is_missing_matters_only_when_there_are_tokens_of_its_kind()
    {
        Assert.Equal(7e-6m, Table.CostOf(new ModelUsage { Model = "input only", InputTokens = 7, OutputTokens = 0 }));
        Assert.Equal(0m, Table.CostOf(new ModelUsage { Model = "small", InputTokens = 0 }));
    }

    [Fact]
    public void More_cached_tokens_than_input_and_huge_counts_cost_no_negative_and_do_not_overflow()
    {
        Assert.Equal(5 * 1e-7m, Table.CostOf(new ModelUsage { Model = "small", InputTokens = 5, CachedInputTokens = 9, CacheWriteTokens = 9 }));
        Assert.True(PriceTable.Of(new Dictionary<string, ModelPrice> { ["dear"] = new(1_000_000, 1_000_000) })
            .CostOf(new ModelUsage { Model = "dear", InputTokens = long.MaxValue, OutputTokens = long.MaxValue }) > 0);
    }

    [Theory]
    [InlineData("[]", "not an object")]
    [InlineData("{", "no JSON")]
    [InlineData("""{ "m": 1 }""", "'m'")]
    [InlineData("""{ "m": { "input_cost_per_token": "1" } }""", "'input_cost_per_token' of 'm'")]
    [InlineData("""{ "m": { "output_cost_per_token": -1 } }""", "'output_cost_per_token' of 'm' is -1")]
    [InlineData("""{ "m": { "output_cost_per_token": 1e400 } }""", "1e400")]
    public void What_is_no_table_of_prices_is_refused_with_its_place(string json, string place)
    {
        Assert.Contains(place, Assert.Throws<FormatException>(() => PriceTable.Parse(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_used_is_named()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.json");
        Assert.ThrowsAny<IOException>(() => PriceTable.Load(path));
        File.WriteAllText(path, "[]");
        try
        {
            Assert.Contains(path, Assert.Throws<FormatException>(() => PriceTable.Load(path)).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Prices_of_the_application_are_checked()
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => PriceTable.Of(new Dictionary<string, ModelPrice> { ["own"] = new(1, -1) }));

        Assert.Contains("'own'", error.Message, StringComparison.Ordinal);
    }
}
