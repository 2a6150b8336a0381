using System.Text.Json;
using AgentOrchestration.Plans.Json;
using CsCheck;

namespace AgentOrchestration.Tests.Plans.Json;

public sealed class JsonPointerTests
{
    /// <summary>The document and the pointers of RFC 6901, section 5.</summary>
    private static readonly JsonElement Rfc = JsonElement.Parse(
        """{"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"g|h":4,"i\\j":5,"k\"l":6," ":7,"m~n":8}""");

    [Theory]
    [InlineData("/foo", """["bar","baz"]""")]
    [InlineData("/foo/0", "\"bar\"")]
    [InlineData("/", "0")]
    [InlineData("/a~1b", "1")]
    [InlineData("/c%d", "2")]
    [InlineData("/e^f", "3")]
    [InlineData("/g|h", "4")]
    [InlineData("/i\\j", "5")]
    [InlineData("/k\"l", "6")]
    [InlineData("/ ", "7")]
    [InlineData("/m~0n", "8")]
    public void TryResolve_ExamplesOfTheRfc_AreFound(string path, string expected)
    {
        Assert.True(JsonPointer.TryResolve(Rfc, path, out JsonElement target));
        Assert.Equal(expected, target.GetRawText());
    }

    [Fact]
    public void TryResolve_Empty_IsTheWhole()
    {
        Assert.True(JsonPointer.TryResolve(Rfc, "", out JsonElement target));
        Assert.True(JsonElement.DeepEquals(Rfc, target));
    }

    [Theory]
    [InlineData("/foo/2")]
    [InlineData("/foo/-")]
    [InlineData("/foo/-1")]
    [InlineData("/foo/+1")]
    [InlineData("/foo/00")]
    [InlineData("/foo/01")]
    [InlineData("/foo/ 1")]
    [InlineData("/foo/1.0")]
    [InlineData("/foo/99999999999999999999")]
    [InlineData("/foo/")]
    [InlineData("/foo/0/0")]
    [InlineData("/Foo")]
    [InlineData("/a/b")]
    [InlineData("foo")]
    [InlineData("#/foo")]
    public void TryResolve_NoSuchPart_IsFalse(string path) => Assert.False(JsonPointer.TryResolve(Rfc, path, out _));

    [Fact]
    public void Escape_ThenResolve_FindsTheProperty() =>
        Gen.String[Gen.Char["~/01a"], 0, 8].Sample(name =>
        {
            JsonElement document = JsonSerializer.SerializeToElement(new Dictionary<string, int> { [name] = 1, [name + "x"] = 2 });

            Assert.True(JsonPointer.TryResolve(document, $"/{JsonPointer.Escape(name)}", out JsonElement target));
            Assert.Equal(1, target.GetInt32());
        });

    [Theory]
    [InlineData("", "")]
    [InlineData("$", "")]
    [InlineData("$.goal", "/goal")]
    [InlineData("$.subtasks[12].id", "/subtasks/12/id")]
    [InlineData("$.subtasks[0]['a.b'].c", "/subtasks/0")]
    public void FromPath_OfTheSerializer_IsAPointer(string path, string expected) => Assert.Equal(expected, JsonPointer.FromPath(path));
}
