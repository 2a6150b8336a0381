using AgentOrchestration.Results;

namespace AgentOrchestration.Tests.Results;

public sealed class UsageSumTests
{
    /// <summary>What was extra may be more than what was avoided.</summary>
    [Fact]
    public void A_sum_with_a_negative_net_is_exact()
    {
        var spent = new UsageTotal { Calls = 2, InputTokens = 17, Cost = 2.3m };
        UsageTotal net = new UsageTotal().Minus(new UsageTotal { Calls = 1, InputTokens = 10, Cost = 1.1m });

        UsageTotal plain = spent.Plus(net);

        Assert.Equal((1L, 7L, 1.2m), (plain.Calls, plain.InputTokens, plain.Cost));
    }

    [Fact]
    public void No_sum_overflows_in_either_direction()
    {
        var most = new UsageTotal { InputTokens = long.MaxValue, Cost = decimal.MaxValue };
        UsageTotal least = new UsageTotal().Minus(most);

        Assert.Equal((long.MaxValue, decimal.MaxValue), (most.Plus(most).InputTokens, most.Plus(most).Cost));
        Assert.Equal((long.MinValue, decimal.MinValue), (least.Plus(least).InputTokens, least.Plus(least).Cost));
    }
}
