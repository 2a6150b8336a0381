using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Tasks;

public sealed class TaskUsageTests
{
    [Fact]
    public void Usages_are_summed_by_model_and_what_is_not_reported_stays_unknown()
    {
        TaskUsage sum = TaskUsage.Of(new ModelUsage { Model = "a", InputTokens = 10, CachedInputTokens = 4, Cost = 0.5m, PricedCalls = 1 })
            .Add(TaskUsage.Of(new ModelUsage { Model = "b", OutputTokens = 3 }))
            .Add(TaskUsage.Of(new ModelUsage { Model = "a", InputTokens = 5, OutputTokens = 2 }))
            .Add(new TaskUsage(100, 0, 1));

        Assert.Equal((115L, 5L, 1.5m), (sum.InputTokens, sum.OutputTokens, sum.Cost));
        Assert.Equal(
            [
                new ModelUsage { Model = "a", Calls = 2, InputTokens = 15, CachedInputTokens = 4, OutputTokens = 2, Cost = 0.5m, PricedCalls = 1 },
                new ModelUsage { Model = "b", OutputTokens = 3 },
            ],
            sum.Models);
        Assert.Null(sum.Models[1].InputTokens);
        Assert.Null(sum.Models[1].Cost);
    }

    [Fact]
    public void Sums_do_not_overflow()
    {
        var most = new ModelUsage { Calls = long.MaxValue, InputTokens = long.MaxValue, OutputTokens = long.MaxValue, Cost = decimal.MaxValue, PricedCalls = long.MaxValue };

        TaskUsage sum = TaskUsage.Of(most).Add(TaskUsage.Of(most));

        Assert.Equal(TaskUsage.Of(most), sum);
        Assert.Equal(long.MaxValue, sum.Tokens);
    }

    [Fact]
    public void An_endpoint_that_names_a_new_model_in_each_answer_does_not_make_the_usage_grow_without_end()
    {
        TaskUsage sum = Enumerable.Range(0, 1_000).Aggregate(TaskUsage.None, (usage, i) => usage.Add(TaskUsage.Of(new ModelUsage { Model = $"m{i}", InputTokens = 1 })));

        Assert.InRange(sum.Models.Count, 1, 65);
        Assert.Equal((1_000L, 1_000L, 1_000L), (sum.InputTokens, sum.Models.Sum(model => model.Calls), sum.Models.Sum(model => model.InputTokens)));
    }

    [Fact]
    public void Usages_are_equal_when_their_models_are()
    {
        var one = TaskUsage.Of(new ModelUsage { Model = "a", InputTokens = 1 });

        Assert.Equal(one, TaskUsage.Of(new ModelUsage { Model = "a", InputTokens = 1 }));
        Assert.Equal(one.GetHashCode(), TaskUsage.Of(new ModelUsage { Model = "a", InputTokens = 1 }).GetHashCode());
        Assert.NotEqual(one, TaskUsage.Of(new ModelUsage { Model = "b", InputTokens = 1 }));
        Assert.NotEqual(one, new TaskUsage(1, 0, 0));
    }

    [Fact]
    public void Usages_of_different_models_are_not_added_as_one()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new ModelUsage { Model = "a" }.Add(new ModelUsage { Model = "b" }));

        Assert.Contains("'b', not 'a'", error.Message, StringComparison.Ordinal);
    }
}
