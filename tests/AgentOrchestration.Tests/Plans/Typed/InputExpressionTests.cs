using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Expressions;
using AgentOrchestration.Plans.Json;
using static AgentOrchestration.Tests.Plans.Typed.Sales;

namespace AgentOrchestration.Tests.Plans.Typed;

public sealed class InputExpressionTests
{
    private static readonly SubtaskRef<Table> Sold = new("sold", PayloadSerializer.DefaultOptions);
    private static readonly SubtaskRef<int> Number = new("number", PayloadSerializer.DefaultOptions);

    private static int Year => 2026;

    [Fact]
    public void Objects_lists_and_values_hold_references()
    {
        int captured = 7;
        var table = new { Inner = new CsvFile("inner") };

        Assert.Equal("""{"$output":"sold/rows/0"}""", JsonOf(outputs => outputs.Of(Sold).Rows[0]));
        Assert.Equal("""{"$output":"sold/rows/0/region"}""", JsonOf(outputs => outputs.Of(Sold.Output(table => table.Rows))[0].Region));
        Assert.Equal("""{"$output":"sold"}""", JsonOf(outputs => outputs.Of(Sold.Output())));
        Assert.Equal("""{"path":{"$output":"sold/heading"}}""", JsonOf(outputs => new CsvFile(outputs.Of(Sold).Title)));
        Assert.Equal("""{"path":"inner"}""", JsonOf(outputs => table.Inner));
        Assert.Equal("""[{"$output":"number"},7,2026,-1]""", JsonOf(outputs => new[] { outputs.Of(Number), captured, Year, -1 }));
        Assert.Equal("""[{"$output":"number"},1]""", JsonOf(outputs => new List<int> { outputs.Of(Number), 1 }));
        Assert.Equal("""{"a":{"$output":"number"},"b":2}""", JsonOf(outputs => new Dictionary<string, int> { { "a", outputs.Of(Number) }, { "b", 2 } }));
        Assert.Equal("""{"region":"x","amount":{"$output":"number"},"day":"2026-01-02"}""", JsonOf(outputs => new Row("x", outputs.Of(Number), new DateOnly(Year, 1, 2))));
        Assert.Equal("""{"text":null,"count":{"$output":"number"},"day":"Friday"}""", JsonOf(outputs => new Settings { Text = null, Count = outputs.Of(Number), Day = DayOfWeek.Friday }));
        Assert.Equal("""[{"region":{"$output":"sold/heading"},"amount":1,"day":null}]""", JsonOf(outputs => new[] { new Row(outputs.Of(Sold).Title, 1, null) }));
        Assert.Null(JsonOf<string?>(outputs => null));
    }

    [Fact]
    public void An_input_may_hold_parts_of_any_number_of_outputs()
    {
        SubtaskRef<Table> other = new("other", PayloadSerializer.DefaultOptions);
        string? none = null;
        int index = 1;

        Assert.Equal(
            """{"region":{"$output":"sold/heading"},"amount":{"$output":"number"},"day":{"$output":"other/rows/1/day"}}""",
            JsonOf(outputs => new Row(outputs.Of(Sold).Title, outputs.Of(Number), outputs.Of(other).Rows[index].Day)));
        Assert.Equal("""{"path":null}""", JsonOf(outputs => new CsvFile(none!)));
        Assert.Equal("""[{"path":{"$output":"sold/heading"}},{"path":"b"}]""", JsonOf(outputs => new List<CsvFile> { new(outputs.Of(Sold).Title), new("b") }));
        Assert.Equal("""{"a":[{"$output":"sold/totals/x~1y"}]}""", JsonOf(outputs => new Dictionary<string, int[]> { { "a", new[] { outputs.Of(Sold).Totals["x/y"] } } }));
        Assert.Equal("""{"$output":"sold/rows/0/amount"}""", JsonOf(outputs => (object)outputs.Of(Sold).Rows[0].Amount));
    }

    [Fact]
    public void What_the_JSON_leaves_out_cannot_be_given()
    {
        int captured = 7;
        AssertRefused("new Partly(", "'Left'", outputs => new Partly { Left = outputs.Of(Number) });
        AssertRefused("new Partly(", "'Left'", outputs => new Partly { Left = captured, Right = outputs.Of(Number) });
    }

    [Fact]
    public void A_name_of_a_dictionary_that_appears_twice_is_refused() =>
        AssertRefused("new Dictionary`2", "'a'", outputs => new Dictionary<string, int> { { "a", outputs.Of(Number) }, { "a", 2 } });

    [Fact]
    public void A_type_among_several_is_named() =>
        Assert.Equal("""{"$type":"circle","radius":{"$output":"number"}}""", JsonOf<Shape>(outputs => new Circle(outputs.Of(Number))));

    [Fact]
    public void What_cannot_be_written_is_refused_by_its_name()
    {
        int captured = 7;
        SubtaskRef<Table> sold = Sold;
        SubtaskRef<int> number = Number;
        AssertRefused("(captured + 1)", "variable", outputs => captured + 1);
        AssertRefused("(outputs.Of(number) + 1)", "variable", outputs => outputs.Of(number) + 1);
        AssertRefused("outputs.Of(sold).Title.Trim()", "variable", outputs => outputs.Of(sold).Title.Trim());
        AssertRefused("(\"a\" + outputs", "variable", outputs => "a" + outputs.Of(sold).Title);
        AssertRefused("Convert(outputs.Of(number), Byte)", "variable", outputs => (byte)outputs.Of(number));
        AssertRefused("new Uri(", "System.Uri", outputs => new Uri(outputs.Of(sold).Title));
        AssertRefused("new Odd(", "'given'", outputs => new Odd(outputs.Of(number)));
        AssertRefused("new OwnConverter(", "'At'", outputs => new OwnConverter { At = outputs.Of(number) });
        AssertRefused("Select", "variable", outputs => outputs.Of(sold).Rows.Select(row => row.Region).ToArray());
    }

    [Fact]
    public void The_error_names_the_subtask()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => TaskPlan.Create(plan => plan.Add<TextOrNull>("text").With(outputs => "a" + outputs.Of(Sold).Title)));

        Assert.StartsWith("The input of the subtask 'text' cannot hold", refusal.Message, StringComparison.Ordinal);
    }

    private static string? JsonOf<T>(Expression<Func<ISubtaskOutputs, T>> input) =>
        new InputExpression("The input", PayloadSerializer.DefaultOptions).Write(input)?.GetRawText();

    private static void AssertRefused<T>(string written, string reason, Expression<Func<ISubtaskOutputs, T>> input)
    {
        string message = Assert.Throws<ArgumentException>(() => JsonOf(input)).Message;
        Assert.StartsWith("The input cannot hold '", message, StringComparison.Ordinal);
        Assert.Contains(written, message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    private sealed class Settings
    {
        public string? Text { get; set; }

        public int Count { get; set; }

        public DayOfWeek Day { get; set; }
    }

    private sealed class Partly
    {
        [JsonIgnore]
        public int Left { get; set; }

        public int Right { get; set; }
    }

    [JsonDerivedType(typeof(Circle), "circle")]
    private abstract record Shape;

    private sealed record Circle(double Radius) : Shape;

    private sealed class Odd(int given)
    {
        public int Doubled => 2 * given;
    }

    private sealed class OwnConverter
    {
        [JsonConverter(typeof(TextNumber))]
        public int At { get; set; }
    }

    private sealed class TextNumber : JsonConverter<int>
    {
        public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => int.Parse(reader.GetString()!, System.Globalization.CultureInfo.InvariantCulture);

        public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
