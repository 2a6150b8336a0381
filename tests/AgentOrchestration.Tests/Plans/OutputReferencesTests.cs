using System.Text.Json;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Tests.Plans;

public sealed class OutputReferencesTests
{
    [Fact]
    public void In_ReferencesAnywhere_AreFoundInDocumentOrderWithTheirPlaces()
    {
        JsonElement arguments = JsonElement.Parse(
            """{"a":{"$output":"x"},"b":[1,{"$output":"y/0"},{"c":{"$output":"x"}}],"d/e~f":{"$output":"z"},"g":{"$output":"no","h":{"$output":"w"}}}""");

        Assert.Equal(
            [("x", "", "/a"), ("y", "/0", "/b/1"), ("x", "", "/b/2/c"), ("z", "", "/d~1e~0f"), ("w", "", "/g/h")],
            OutputReferences.In(arguments).Select(found => (found.Output.SubtaskId, found.Output.Path, found.Place.ToString())));
    }

    [Fact]
    public void In_TheWholeIsAReference_ItsPlaceIsTheRoot()
    {
        (SubtaskOutput output, JsonPlace place) = Assert.Single(OutputReferences.In(JsonElement.Parse("""{"$output":"x"}""")));

        Assert.Equal("x", output.SubtaskId);
        Assert.True(place.IsRoot);
        Assert.Equal("", place.ToString());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("5")]
    [InlineData("\"$output\"")]
    [InlineData("[[],{}]")]
    public void In_None_IsEmpty(string json) => Assert.Empty(OutputReferences.In(JsonElement.Parse(json)));

    [Fact]
    public void In_ArgumentsDeeperThanAnyStack_FindsTheReference()
    {
        const int Depth = 20_000;
        string json = $$"""{{new string('[', Depth)}}{"$output":"x"}{{new string(']', Depth)}}""";
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Depth + 2 });

        Assert.Equal("x", Assert.Single(OutputReferences.In(document.RootElement)).Output.SubtaskId);
    }

    [Fact]
    public void Place_ANameTooLongToRead_IsCutAtAWholeCharacter()
    {
        string place = JsonPlace.Root.At(new string('n', 99) + "😀" + new string('n', 100_000)).At(3).ToString();

        Assert.Equal($"/{new string('n', 99)}…/3", place);
    }
}
