using AgentOrchestration.Tasks.Prices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks;

/// <summary>Sums what an endpoint reports on one call, in one piece or in several. Only the whole of a call has a price.</summary>
internal sealed class CallUsage
{
    private static readonly ModelUsage Nothing = new();

    private ModelUsage _reported = Nothing;
    private long? _total;

    /// <summary>Adds a report.</summary>
    /// <param name="details">The report; <see langword="null"/> when there is none.</param>
    public void Add(UsageDetails? details)
    {
        if (details is not null)
        {
            _reported = _reported.Plus(ReportedUsage.Of(details));
            _total = UsageSum.Of(_total, ReportedUsage.Known(details.TotalTokenCount));
        }
    }

    /// <summary>Computes the usage of the call.</summary>
    /// <param name="model">The name of the model.</param>
    /// <param name="prices">The prices; <see langword="null"/> for none.</param>
    public ModelUsage Of(string? model, PriceTable? prices) => Of(model, prices, []);

    /// <summary>Computes the usage of the call.</summary>
    /// <param name="model">The name of the model.</param>
    /// <param name="prices">The prices; <see langword="null"/> for none.</param>
    /// <param name="batched">The parts of it that come from batches, which cost less.</param>
    public ModelUsage Of(string? model, PriceTable? prices, IReadOnlyList<UsageDetails> batched)
    {
        ModelUsage call = ReportedUsage.WithCachedInput(_reported, _total) with { Model = ReportedUsage.NameOf(model) };
        call = prices?.CostOf(call) is { } cost ? call with { Cost = cost, PricedCalls = 1 } : call;
        return batched.Count == 0 ? call : WithBatches(call, prices, batched);
    }

    private static ModelUsage WithBatches(ModelUsage call, PriceTable? prices, IReadOnlyList<UsageDetails> batched)
    {
        decimal discount = 0;
        foreach (UsageDetails details in batched)
        {
            var answer = new CallUsage();
            answer.Add(details);
            ModelUsage part = answer.Of(call.Model, prices, []);
            if (part.Cost is { } cost && prices!.BatchCostOf(part) is { } batchCost)
            {
                discount += cost - batchCost;
            }
        }

        call = call with { DeferredCalls = 1 };
        return call.Cost is not { } whole || discount <= 0 ? call : call with { Cost = Math.Max(0, whole - discount), BatchDiscount = Math.Min(whole, discount) };
    }
}
