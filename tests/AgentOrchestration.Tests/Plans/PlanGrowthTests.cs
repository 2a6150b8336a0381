using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Optimization;
using AgentOrchestration.Planning;
using AgentOrchestration.Planning.Model;
using AgentOrchestration.Planning.Selection;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Plans;

/// <summary>What plans cost grows with what they hold and nothing else.</summary>
public sealed class PlanGrowthTests
{
    [Fact]
    public void A_message_lists_the_names_that_are_most_like_the_one_that_is_unknown()
    {
        string[] names = [.. Enumerable.Range(0, 1_000).Select(i => $"type{i}"), "read_csv_file", "send_mail"];

        string listed = new NearestNames(names).Of("readCsv");

        Assert.StartsWith("read_csv_file, ", listed, StringComparison.Ordinal);
        Assert.EndsWith(" and 992 more", listed, StringComparison.Ordinal);
        Assert.InRange(listed.Length, 10, 200);
        Assert.Equal("b, a", new NearestNames(["b", "a"]).Of("c"));
        Assert.NotEmpty(new NearestNames(names).Of(""));
    }

    [Fact]
    public void The_latest_ticks_are_bounded_by_their_text_and_the_newest_is_there_whatever_its_length()
    {
        var ticks = new RunTicks();
        for (int i = 0; i < 1_000; i++)
        {
            ticks.Add(new TextStreamed(new string('x', 10_000)) { Sequence = i, Time = default, SubtaskId = "a" });
        }

        long number = 0;
        Assert.NotNull(ticks.Read(ref number));
        Assert.InRange(number, 1_000 - 27, 1_000 - 25);

        ticks.Add(new TextStreamed(new string('y', 1_000_000)) { Sequence = 1_000, Time = default, SubtaskId = "a" });
        number = 0;
        Assert.Equal(1_000_000, Assert.IsType<TextStreamed>(ticks.Read(ref number)).Text.Length);
        Assert.Equal(1_000, number);
    }

    [Theory]
    [InlineData("Report on {a} in {b}", "report ON cars in Rome", "cars|Rome")]
    [InlineData("Report on {a} in {b}", "Report on cars in in Rome", null)]
    [InlineData("Report on {a} in {b}", "Report on  in Rome", null)]
    [InlineData("Report on {a} in {b}", "Report on cars in ", null)]
    [InlineData("from {a} to {b}", "from A to B to C", null)]
    [InlineData("{a} to {b}", " A  to B ", "A|B")]
    [InlineData("aba{a}aba", "aba", null)]
    [InlineData("aba{a}aba", "ababa", null)]
    [InlineData("aba{a}aba", "abaxaba", "x")]
    [InlineData("{a}", " any ", "any")]
    [InlineData("{a}", " ", null)]
    [InlineData("{a}-{b}-{c}", "1-2-3", "1|2|3")]
    [InlineData("{a}-{b}-{c}", "1-2-3-4", null)]
    [InlineData("{a}-{b}-{c}", "1--3", null)]
    [InlineData("plain", " PLAIN ", "")]
    [InlineData("plain", "plainer", null)]
    public void A_goal_has_the_form_of_a_template_in_one_way_or_not_at_all(string form, string goal, string? values) =>
        Assert.Equal(values, new GoalPattern(form).Match(goal) is { } found ? string.Join('|', found.Values) : null);

    [Fact]
    public void A_template_costs_little_to_make()
    {
        _ = new GoalPattern("Report about {topic} in {place}");
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 100; i++)
        {
            _ = new GoalPattern($"Report number {i} about {{topic}} in {{place}}");
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 100 * 8 * 1024);
    }

    [Fact]
    public void A_bottleneck_costs_a_few_simulations_whatever_the_number_of_pools()
    {
        _ = Cost(1);

        Assert.InRange(Cost(160), 1, 4 * Cost(16));

        static long Cost(int pools)
        {
            IAgentOrchestrationBuilder builder = new ServiceCollection().AddAgentOrchestration(options => options.Runs.MaxParallelism = 1_000)
                .AddTaskType<None, None>("t", "Works.", (_, _, _) => new(None.Value));
            for (int i = 0; i < pools; i++)
            {
                builder.AddResource($"p{i}", 1);
            }

            using ServiceProvider services = builder.Services.BuildServiceProvider();
            Forecast forecast = services.GetRequiredService<ITaskOrchestrator>().Forecast(TaskPlan.Create(plan =>
            {
                for (int i = 0; i < 640; i++)
                {
                    plan.Add($"s{i}", "t", options: new() { EstimatedDuration = TimeSpan.FromSeconds(10), Resources = ResourceRequirements.Of($"p{i % pools}", 1) });
                }
            }));
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal(BottleneckKind.Pool, forecast.Bottleneck.Kind);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void The_key_of_a_request_costs_little_whatever_the_number_of_task_types()
    {
        Assert.InRange(Cost(1_000), 1, (2 * Cost(10)) + (64 * 1_000));

        static long Cost(int taskTypes)
        {
            IAgentOrchestrationBuilder builder = new ServiceCollection().AddAgentOrchestration();
            for (int i = 0; i < taskTypes; i++)
            {
                builder.AddTaskType<OrchestrationRequest, None>($"type{i}", "Works.", (_, _, _) => new(None.Value));
            }

            using ServiceProvider services = builder.Services.BuildServiceProvider();
            var key = new PlanKey(
                services.GetRequiredService<ITaskTypeRegistry>(),
                services.GetRequiredService<IResourceManager>(),
                services.GetRequiredService<PayloadSerializer>(),
                services.GetRequiredService<ITaskDecomposer>(),
                services.GetRequiredService<PlanningChatClient>(),
                new PlanningOptions());
            string first = key.Of(new OrchestrationRequest("g"));
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal(first, key.Of(new OrchestrationRequest("g")));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
