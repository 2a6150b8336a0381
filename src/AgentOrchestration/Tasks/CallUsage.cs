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
    public ModelUsage Of(string? model, PriceTable? prices)
    {
        ModelUsage call = ReportedUsage.WithCachedInput(_reported, _total) with { Model = ReportedUsage.NameOf(model) };
        return prices?.CostOf(call) is { } cost ? call with { Cost = cost, PricedCalls = 1 } : call;
    }
}
