using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using static AgentOrchestration.Tests.Plans.Typed.Sales;

namespace AgentOrchestration.Tests.Plans.Typed;

public sealed class OutputPathTests
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    [Fact]
    public void A_part_is_named_as_its_JSON_is()
    {
        int second = 1;
        Assert.Equal("", PathOf((Table table) => table));
        Assert.Equal("/rows", PathOf((Table table) => table.Rows));
        Assert.Equal("/rows/0/region", PathOf((Table table) => table.Rows[0].Region));
        Assert.Equal("/rows/1/day", PathOf((Table table) => table.Rows[second].Day!.Value));
        Assert.Equal("/heading", PathOf((Table table) => table.Title));
        Assert.Equal("/totals/a~1b~0", PathOf((Table table) => table.Totals["a/b~"]));
        Assert.Equal("/rows", PathOf((Table table) => (IReadOnlyList<Row>)table.Rows));
        Assert.Equal("/2/0", PathOf((int[][] numbers) => numbers[2][0]));
        Assert.Equal("/item2", PathOf(((int, string) pair) => pair.Item2));
        Assert.Equal("/a/3", PathOf((JsonNode json) => json["a"]![3]));
        Assert.Equal("/0", PathOf((IReadOnlyDictionary<int, string> names) => names[0]));
    }

    [Fact]
    public void The_options_of_the_plan_name_the_properties() =>
        Assert.Equal("/best/region", PathOf((MergeInput input) => input.Best!.Region, SnakeCase));

    [Fact]
    public void What_is_not_a_part_of_the_JSON_is_refused_by_its_name()
    {
        AssertRefused("table.Secret", "'Secret'", (Table table) => table.Secret);
        AssertRefused("table.Rows.Count", "'Count'", (Table table) => table.Rows.Count);
        AssertRefused("table.Title.Length", "'Length'", (Table table) => table.Title.Length);
        AssertRefused("get_Item(-1)", "'-1'", (Table table) => table.Rows[-1]);
        AssertRefused("table.Title.Trim()", "table.Rows[0].Name", (Table table) => table.Title.Trim());
        AssertRefused("First()", "table.Rows[0].Name", (Table table) => table.Rows.First());
        AssertRefused("other", "table.Rows[0].Name", (Table table) => "other");
        AssertRefused("table.Rows.get_Item(table.Rows.Count)", "variable", (Table table) => table.Rows[table.Rows.Count]);
    }

    private static string PathOf<TOutput, TPart>(Expression<Func<TOutput, TPart>> part, JsonSerializerOptions? options = null)
    {
        string path = "";
        TaskPlan.Create(plan => path = ((SubtaskOutput)new SubtaskRef<TOutput>("s", options ?? plan.SerializerOptions).Output(part)).Path);
        return path;
    }

    private static void AssertRefused<TOutput, TPart>(string written, string reason, Expression<Func<TOutput, TPart>> part)
    {
        string message = Assert.Throws<ArgumentException>(() => PathOf(part)).Message;
        Assert.Contains(written, message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }
}
