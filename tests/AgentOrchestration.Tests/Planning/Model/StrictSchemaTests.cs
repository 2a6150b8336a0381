using System.Text.Json;
using AgentOrchestration.Planning.Model;

namespace AgentOrchestration.Tests.Planning.Model;

public sealed class StrictSchemaTests
{
    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":["integer","null"],"description":"A number."}},"required":["a"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","enum":["x"]},"b":{"type":"array","items":{"type":"number"}}},"required":["b","a"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"anyOf":[{"type":"object","properties":{},"required":[],"additionalProperties":false},{"type":"null"}]}},"required":["a"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"properties":{"type":"string"}},"required":["properties"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"anyOf":[{"$ref":"#/$defs/b"},{"type":"null"}]}},"required":["a"],"additionalProperties":false,"$defs":{"b":{"type":"string"}}}""")]
    public void Closed_objects_with_all_their_properties_required_fit(string schema) => Assert.True(StrictSchema.Allows(JsonElement.Parse(schema)));

    [Theory]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("""{"type":"array","items":{"type":"string"}}""")]
    [InlineData("""{"anyOf":[{"type":"object","properties":{},"required":[],"additionalProperties":false}]}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":[],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["b"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""")]
    [InlineData("""{"type":"object","properties":{"a":{}},"required":["a"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":true},"required":["a"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object"}},"required":["a"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"object","additionalProperties":{"type":"string"}}},"required":["a"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"array"}},"required":["a"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","minLength":1}},"required":["a"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string","not":{"const":"x"}}},"required":["a"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"oneOf":[{"type":"string"}]}},"required":["a"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"anyOf":[{"type":"string"},{}]}},"required":["a"],"additionalProperties":false}""")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#/$defs/b"}},"required":["a"],"additionalProperties":false,"$defs":{"b":{"type":"object"}}}""")]
    public void Open_optional_and_unknown_parts_do_not_fit(string schema) => Assert.False(StrictSchema.Allows(JsonElement.Parse(schema)));

    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void Objects_nest_ten_deep(int depth, bool fits)
    {
        string schema = """{"type":"string"}""";
        for (int i = 0; i < depth; i++)
        {
            schema = $$"""{"type":"object","properties":{"a":{{schema}}},"required":["a"],"additionalProperties":false}""";
        }

        Assert.Equal(fits, StrictSchema.Allows(JsonElement.Parse(schema)));
    }
}
