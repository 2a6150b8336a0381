using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace AgentOrchestration.Tasks.Prices;

/// <summary>
/// Holds prices of models by name. The library ships none: prices change, so an application names a file of its own, for example LiteLLM's
/// <c>model_prices_and_context_window.json</c>. Immutable; safe to use from any thread.
/// </summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration().UsePrices("model_prices.json");
/// </code>
/// </example>
public sealed class PriceTable
{
    private readonly Dictionary<string, TieredPrice> _prices;

    private PriceTable(Dictionary<string, TieredPrice> prices) => _prices = prices;

    /// <summary>Gets the number of models that have a price.</summary>
    /// <value>0 for an empty table.</value>
    public int Count => _prices.Count;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>The table.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="FormatException">It is no table of prices; the message names the model and the property.</exception>
    public static PriceTable Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (FormatException exception)
        {
            throw new FormatException($"The prices in '{path}' cannot be used: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Reads JSON in LiteLLM's form: an object with a property for each model, whose value has prices for each token such as
    /// <c>input_cost_per_token</c>, <c>output_cost_per_token</c>, <c>cache_read_input_token_cost</c>, <c>cache_creation_input_token_cost</c> and
    /// <c>output_cost_per_reasoning_token</c>, each also with an ending such as <c>_above_200k_tokens</c> for calls with a longer input, and
    /// <c>_batches</c> for calls that a batch endpoint answers.
    /// </summary>
    /// <remarks>Other properties, and models without these prices, are passed over; so is <c>sample_spec</c>, which explains the form.</remarks>
    /// <param name="json">The text.</param>
    /// <returns>The table.</returns>
    /// <exception cref="FormatException">It is no such JSON; the message names the model and the property.</exception>
    public static PriceTable Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return new PriceTable(PriceTableReader.Read(document.RootElement));
        }
        catch (JsonException exception)
        {
            throw new FormatException($"It is no JSON: {exception.Message}", exception);
        }
    }

    /// <summary>Creates a table of an application's own prices.</summary>
    /// <param name="prices">The prices by the name of the model.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A price is negative.</exception>
    public static PriceTable Of(IReadOnlyDictionary<string, ModelPrice> prices)
    {
        ArgumentNullException.ThrowIfNull(prices);
        foreach ((string model, ModelPrice price) in prices)
        {
            decimal?[] all = [.. AmountsOf(price), .. price.Batched is { } batched ? AmountsOf(batched) : []];
            if (all.Any(one => one is < 0 or > PriceTableReader.MostPerToken))
            {
                throw new ArgumentOutOfRangeException(nameof(prices), $"A price of the model '{model}' is not between 0 and {PriceTableReader.MostPerToken:N0} for a token.");
            }
        }

        return new PriceTable(prices.ToDictionary(pair => pair.Key, pair => new TieredPrice(pair.Value, []), StringComparer.OrdinalIgnoreCase));
    }

    private static decimal?[] AmountsOf(ModelPrice price) =>
        [price.InputPerToken, price.OutputPerToken, price.CachedInputPerToken, price.CacheWritePerToken, price.ReasoningPerToken];

    /// <summary>Finds the price of a model for calls with a short input.</summary>
    /// <param name="model">The name of the model, without regard to case.</param>
    /// <param name="price">The price.</param>
    /// <returns>Whether there is one. A name that is only similar is another model.</returns>
    public bool TryGet(string model, [NotNullWhen(true)] out ModelPrice? price)
    {
        ArgumentNullException.ThrowIfNull(model);
        price = _prices.TryGetValue(model, out TieredPrice? tiers) ? tiers.Base : null;
        return price is not null;
    }

    /// <summary>Computes what one call costs.</summary>
    /// <param name="call">What it used.</param>
    /// <returns>The cost; <see langword="null"/> when the model has no price here, or a price of what was used is missing.</returns>
    public decimal? CostOf(ModelUsage call)
    {
        ArgumentNullException.ThrowIfNull(call);
        return call.Model is { } model && _prices.TryGetValue(model, out TieredPrice? tiers) ? tiers.For(call.InputTokens ?? 0).CostOf(call) : null;
    }

    /// <summary>Computes what one call costs that a batch endpoint answers.</summary>
    /// <returns>The cost; <see langword="null"/> when there is no price of batches, or one of what was used is missing.</returns>
    internal decimal? BatchCostOf(ModelUsage call) =>
        call.Model is { } model && _prices.TryGetValue(model, out TieredPrice? tiers) ? tiers.For(call.InputTokens ?? 0).Batched?.CostOf(call) : null;

    /// <summary>
    /// Takes usage of another time at these prices; what has no price here keeps its cost. Of several calls only the sum is known: the prices of their mean
    /// input are taken.
    /// </summary>
    internal TaskUsage Repriced(TaskUsage usage)
    {
        decimal cost = usage.Cost;
        var models = new ModelUsage[usage.Models.Count];
        for (int i = 0; i < models.Length; i++)
        {
            ModelUsage model = usage.Models[i];
            models[i] = model;
            if (model is { Model: { } name, Calls: > 0, DeferredCalls: null or 0 } && _prices.TryGetValue(name, out TieredPrice? tiers)
                && tiers.For((model.InputTokens ?? 0) / model.Calls).CostOf(model) is { } known)
            {
                models[i] = model with { Cost = known, PricedCalls = model.Calls };
                cost = Math.Max(0, cost - (model.Cost ?? 0));
                cost = UsageSum.Of(cost, known);
            }
        }

        return models.Length == 0 ? usage : usage with { Cost = cost, Models = models };
    }
}
