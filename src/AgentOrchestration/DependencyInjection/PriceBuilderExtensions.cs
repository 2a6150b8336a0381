using AgentOrchestration.Tasks.Prices;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds prices of models, so that the usage of runs has a cost.</summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration().UsePrices("model_prices.json");
/// </code>
/// </example>
public static class PriceBuilderExtensions
{
    /// <summary>
    /// Takes the prices of models from a file in LiteLLM's form, which is read now. Calls of <c>context.Chat</c> then cost what their tokens cost, and
    /// budgets in money (<c>RunBudget.MaxCost</c>) count them. A call of a model that has no price there costs 0, and is not among the priced calls.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The path of the file.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="FormatException">It is no table of prices; the message names the model and the property.</exception>
    public static IAgentOrchestrationBuilder UsePrices(this IAgentOrchestrationBuilder builder, string path)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UsePrices(PriceTable.Load(path));
    }

    /// <summary>Takes the prices of models from a table. The last call counts.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="prices">The prices.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    public static IAgentOrchestrationBuilder UsePrices(this IAgentOrchestrationBuilder builder, PriceTable prices)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(prices);
        builder.Services.Replace(ServiceDescriptor.Singleton(prices));
        return builder;
    }
}
