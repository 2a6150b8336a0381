using System.Globalization;
using System.Text.Json;

namespace AgentOrchestration.Tasks.Prices;

/// <summary>Reads prices in LiteLLM's form (docs.litellm.ai: "model_prices_and_context_window.json").</summary>
internal static class PriceTableReader
{
    /// <summary>What nobody asks for a token; with it no sum of costs of one call overflows.</summary>
    public const int MostPerToken = 1_000_000;

    private const string Input = "input_cost_per_token";
    private const string Output = "output_cost_per_token";
    private const string CachedInput = "cache_read_input_token_cost";
    private const string CacheWrite = "cache_creation_input_token_cost";
    private const string Reasoning = "output_cost_per_reasoning_token";
    private const string Explanation = "sample_spec";
    private const string Batches = "_batches";
    private const string Above = "_above_";
    private const string Thousands = "k_tokens";

    private static readonly string[] Kinds = [Input, Output, CachedInput, CacheWrite, Reasoning];

    public static Dictionary<string, TieredPrice> Read(JsonElement table)
    {
        if (table.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"It is {table.ValueKind}, not an object with a property for each model.");
        }

        // Last wins, as in the readers of such files.
        var prices = new Dictionary<string, TieredPrice>(StringComparer.OrdinalIgnoreCase);
        foreach (JsonProperty model in table.EnumerateObject())
        {
            if (model.Name != Explanation && PriceOf(model) is { } price)
            {
                prices[model.Name] = price;
            }
        }

        return prices;
    }

    private static TieredPrice? PriceOf(JsonProperty model)
    {
        if (model.Value.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"'{model.Name}' is {model.Value.ValueKind}, not an object with prices.");
        }

        var byTier = new SortedDictionary<long, Dictionary<string, decimal>> { [0] = [] };
        foreach (JsonProperty property in model.Value.EnumerateObject())
        {
            if (TierOf(property.Name) is (string kind, long above) && property.Value.ValueKind != JsonValueKind.Null)
            {
                if (!byTier.TryGetValue(above, out Dictionary<string, decimal>? tier))
                {
                    byTier[above] = tier = [];
                }

                tier[kind] = AmountOf(model, property);
            }
        }

        Dictionary<string, decimal> standard = byTier[0];
        return !Array.Exists(Kinds, standard.ContainsKey)
            ? null
            : new TieredPrice(
                PriceOf(standard, []),
                [.. byTier.Skip(1).Select(tier => (tier.Key, PriceOf(tier.Value, standard)))]);
    }

    /// <summary>The price of a tier; what it does not name costs what it costs below.</summary>
    private static ModelPrice PriceOf(Dictionary<string, decimal> tier, Dictionary<string, decimal> below)
    {
        bool isBatched = Array.Exists(Kinds, kind => tier.ContainsKey(kind + Batches) || below.ContainsKey(kind + Batches));
        return new ModelPrice(Of(Input), Of(Output), Of(CachedInput), Of(CacheWrite), Of(Reasoning))
        {
            Batched = isBatched
                ? new ModelPrice(Of(Input + Batches) ?? Of(Input), Of(Output + Batches) ?? Of(Output), Of(CachedInput + Batches), Of(CacheWrite + Batches), Of(Reasoning + Batches))
                : null,
        };

        decimal? Of(string kind) => tier.TryGetValue(kind, out decimal own) ? own : below.TryGetValue(kind, out decimal other) ? other : null;
    }

    private static (string Kind, long Above)? TierOf(string property)
    {
        foreach (string kind in Kinds)
        {
            if (!property.StartsWith(kind, StringComparison.Ordinal))
            {
                continue;
            }

            ReadOnlySpan<char> ending = property.AsSpan(kind.Length);
            if (ending.IsEmpty)
            {
                return (kind, 0);
            }

            if (ending.SequenceEqual(Batches))
            {
                return (kind + Batches, 0);
            }

            if (ending.StartsWith(Above) && ending.EndsWith(Thousands)
                && int.TryParse(ending[Above.Length..^Thousands.Length], NumberStyles.None, CultureInfo.InvariantCulture, out int thousands) && thousands > 0)
            {
                return (kind, thousands * 1_000L);
            }
        }

        return null;
    }

    private static decimal AmountOf(JsonProperty model, JsonProperty property) =>
        property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetDecimal(out decimal amount) && amount is >= 0 and <= MostPerToken
            ? amount
            : throw new FormatException($"'{property.Name}' of '{model.Name}' is {property.Value.GetRawText()}, not a number from 0 to {MostPerToken:N0}.");
}
