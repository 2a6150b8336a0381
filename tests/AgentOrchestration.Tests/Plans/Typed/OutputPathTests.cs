using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
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

    [Fact]
    public void Records_interfaces_and_renamed_members_are_found_by_their_names()
    {
        Assert.Equal("/INNER/text", PathOf((Outer outer) => outer.Inner.Text));
        Assert.Equal("/list/0/text", PathOf((Outer outer) => outer.List[0].Text));
        Assert.Equal("/array/1/0/text", PathOf((Outer outer) => outer.Array[1][0].Text));
        Assert.Equal("/byName/a b/text", PathOf((Outer outer) => outer.ByName["a b"].Text));
        Assert.Equal("/byName/", PathOf((Outer outer) => outer.ByName[""]));
        Assert.Equal("/point/x", PathOf((Outer outer) => outer.Point!.Value.X));
        Assert.Equal("/any/text", PathOf((Outer outer) => ((Inner)outer.Any).Text));
        Assert.Equal("/text", PathOf((IInner inner) => inner.Text));
        Assert.Equal("/field", PathOf((Outer outer) => outer.Field));
        Assert.Equal("/day", PathOf((Outer outer) => outer.Day));
        Assert.Equal("/own", PathOf((Outer outer) => outer.Own));
    }

    [Fact]
    public void What_a_converter_writes_has_no_parts_that_are_known()
    {
        AssertRefused("outer.Own.Text", "converter", (Outer outer) => outer.Own.Text);
        AssertRefused("outer.OwnList.get_Item(0)", "converter", (Outer outer) => outer.OwnList[0]);
        AssertRefused("outer.Converted.Text", "'Text'", (Outer outer) => outer.Converted.Text);
        AssertRefused("outer.Extra", "'Extra'", (Outer outer) => outer.Extra["a"]);
        AssertRefused("outer.Day.HasValue", "'HasValue'", (Outer outer) => outer.Day.HasValue);
        AssertRefused("outer.ByName.Count", "'Count'", (Outer outer) => outer.ByName.Count);
        AssertRefused("Array", "table.Rows[0].Name", (Outer outer) => outer.Array.Length);
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

    private interface IInner
    {
        string Text { get; }
    }

    private sealed record Inner(string Text) : IInner;

    private readonly record struct Point(int X, int Y);

    [JsonConverter(typeof(InnerConverter<Converted>))]
    private sealed record Converted(string Text);

    private sealed record Outer([property: JsonPropertyName("INNER")] Inner Inner, List<Inner> List, Inner[][] Array, Dictionary<string, Inner> ByName, Point? Point, object Any)
    {
        [JsonInclude]
        public int Field = 1;

        public DateOnly? Day { get; init; }

        [JsonConverter(typeof(InnerConverter<Inner>))]
        public required Inner Own { get; init; }

        [JsonConverter(typeof(InnerConverter<List<string>>))]
        public required List<string> OwnList { get; init; }

        public required Converted Converted { get; init; }

        [JsonExtensionData]
        public Dictionary<string, JsonElement> Extra { get; init; } = [];
    }

    private sealed class InnerConverter<T> : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue("text");
    }
}
