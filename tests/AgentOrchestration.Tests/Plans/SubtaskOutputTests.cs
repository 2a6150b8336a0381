using System.Text.Json;
using System.Text.Json.Nodes;

namespace AgentOrchestration.Tests.Plans;

public sealed class SubtaskOutputTests
{
    [Theory]
    [InlineData("""{"$output":"a"}""", "a", "")]
    [InlineData("""{"$output":"a/"}""", "a", "/")]
    [InlineData("""{"$output":"a/rows/0"}""", "a", "/rows/0")]
    [InlineData("""{"$output":"/rows"}""", "", "/rows")]
    [InlineData("""{"$output":""}""", "", "")]
    [InlineData("""{"\u0024output":"\u0061"}""", "a", "")]
    public void TryRead_AReference_IsIdAndPath(string json, string id, string path)
    {
        Assert.True(SubtaskOutput.TryRead(JsonElement.Parse(json), out SubtaskOutput output));
        Assert.Equal(new SubtaskOutput(id, path), output);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"$output\"")]
    [InlineData("""["$output"]""")]
    [InlineData("{}")]
    [InlineData("""{"$output":1}""")]
    [InlineData("""{"$output":null}""")]
    [InlineData("""{"$output":["a"]}""")]
    [InlineData("""{"$Output":"a"}""")]
    [InlineData("""{"output":"a"}""")]
    [InlineData("""{"$output":"a","x":1}""")]
    public void TryRead_AnythingElse_IsNone(string json) => Assert.False(SubtaskOutput.TryRead(JsonElement.Parse(json), out _));

    [Fact]
    public void ToJsonNode_ThenRead_IsTheSame()
    {
        SubtaskOutput output = new SubtaskRef("a").Output("/x~1y/0");
        JsonNode node = output;

        Assert.True(SubtaskOutput.TryRead(JsonSerializer.SerializeToElement(node), out SubtaskOutput read));
        Assert.Equal(output, read);
    }

    [Theory]
    [InlineData("rows")]
    [InlineData("#/rows")]
    [InlineData(" /rows")]
    public void Output_NoPointer_IsRefused(string path)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => new SubtaskRef("a").Output(path));

        Assert.Contains($"'{path}'", refusal.Message, StringComparison.Ordinal);
    }
}
