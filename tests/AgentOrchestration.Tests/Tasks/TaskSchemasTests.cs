using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Tasks;

public sealed class TaskSchemasTests
{
    [Fact]
    public void Of_ARecord_NamesItsPropertiesAndIsClosed() => AssertSchema(
        """
        {"type":"object",
         "properties":{"path":{"type":"string"},"rows":{"type":["integer","null"],"default":null},"day":{"type":"string","enum":["Sunday","Monday","Tuesday","Wednesday","Thursday","Friday","Saturday"],"default":"Friday"}},
         "required":["path"],
         "additionalProperties":false}
        """,
        SchemasOf<Query, None>().Input);

    [Fact]
    public void Of_None_IsTheEmptyObject()
    {
        TaskSchemas schemas = SchemasOf<None, None>();

        AssertSchema("""{"type":"object","properties":{},"additionalProperties":false}""", schemas.Input);
        AssertSchema("""{"type":"object","properties":{},"additionalProperties":false}""", schemas.Output);
    }

    [Fact]
    public void Of_InputAndOutput_AreNotExchanged()
    {
        TaskSchemas schemas = SchemasOf<int, IReadOnlyList<string>>();

        AssertSchema("""{"type":"integer"}""", schemas.Input);
        AssertSchema("""{"type":"array","items":{"type":"string"}}""", schemas.Output);
    }

    [Fact]
    public void Of_ADictionary_StaysOpen() =>
        AssertSchema("""{"type":"object","additionalProperties":{"type":"integer"}}""", SchemasOf<Dictionary<string, int>, None>().Input);

    [Fact]
    public void Of_ATypeThatContainsItself_RefersToItself() => AssertSchema(
        """{"type":"object","properties":{"children":{"type":"array","items":{"$ref":"#"}}},"required":["children"],"additionalProperties":false}""",
        SchemasOf<Tree, None>().Input);

    [Fact]
    public void Registry_GivesTheSchemasOfItsTypes()
    {
        var taskType = TaskDescriptor.For("count", "Counts.", (string _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1));
        var registry = new TaskTypeRegistry([taskType], new PayloadSerializer(PayloadSerializer.DefaultOptions));

        AssertSchema("""{"type":"string"}""", registry.GetInputSchema(taskType));
        AssertSchema("""{"type":"integer"}""", registry.GetOutputSchema(taskType));
    }

    [Fact]
    public void Of_ATypeTheSerializerRefuses_NamesTaskTypeAndType()
    {
        AssertRefused<Action, None>("Action");
        AssertRefused<None, Type>("System.Type");
        AssertRefused<nint, None>("IntPtr");
        AssertRefused<None, int[,]>("Int32[,]");
        AssertRefused<None, Broken>(nameof(Broken));
    }

    [Fact]
    public void Of_ATypeThatHoldsOneTheSerializerRefuses_NamesThePlace()
    {
        AssertRefused<None, HoldsDelegate>("/properties/callback");
        AssertRefused<None, IReadOnlyList<HoldsDelegate>>("/items/properties/callback");
    }

    [Fact]
    public void Of_APropertyThatIsNamedNot_IsNoRefusal() => Assert.NotEqual(default, SchemasOf<Negation, None>().Input);

    [Fact]
    public void Of_ATypeWithoutMetadata_NamesItAndTheRemedy()
    {
        var options = new JsonSerializerOptions { TypeInfoResolver = JsonTypeInfoResolver.Combine() };

        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(() => TaskSchemas.Of(Describe<Query, None>(), options));

        Assert.Contains("'work'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(Query), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("JsonSerializerContext", refusal.Message, StringComparison.Ordinal);
    }

    private static void AssertRefused<TInput, TOutput>(string named)
    {
        InvalidOperationException refusal = Assert.Throws<InvalidOperationException>(() => SchemasOf<TInput, TOutput>());

        Assert.Contains("'work'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("no JSON form", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    private static void AssertSchema(string expected, JsonElement actual) =>
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(expected), actual), actual.GetRawText());

    private static TaskSchemas SchemasOf<TInput, TOutput>() => TaskSchemas.Of(Describe<TInput, TOutput>(), PayloadSerializer.DefaultOptions);

    private static TaskDescriptor Describe<TInput, TOutput>() =>
        TaskDescriptor.For("work", "Works.", (TInput _, TaskContext _, CancellationToken _) => new ValueTask<TOutput>());

    private sealed record Query(string Path, int? Rows = null, DayOfWeek Day = DayOfWeek.Friday);

    private sealed record Tree(IReadOnlyList<Tree> Children);

    private sealed record HoldsDelegate(Action? Callback);

    private sealed record Negation([property: JsonPropertyName("not")] object Not, [property: JsonPropertyName("$comment")] string Comment);

    /// <summary>Two properties of one name.</summary>
    private sealed class Broken
    {
        [JsonPropertyName("x")]
        public int First { get; set; }

        [JsonPropertyName("x")]
        public int Second { get; set; }
    }
}
