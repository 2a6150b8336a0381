using AgentOrchestration.Graph;
using AgentOrchestration.Planning;
using AgentOrchestration.Runs;

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
}
