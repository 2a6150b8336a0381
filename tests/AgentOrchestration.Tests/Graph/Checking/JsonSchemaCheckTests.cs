using System.Text.Json;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;
using CsCheck;

namespace AgentOrchestration.Tests.Graph.Checking;

public sealed class JsonSchemaCheckTests
{
    [Theory]
    [InlineData("true", "[1]")]
    [InlineData("{}", "null")]
    [InlineData("""{"type":"number"}""", "1")]
    [InlineData("""{"type":"integer"}""", "-170141183460469231731687303715884105728")]
    [InlineData("""{"type":["string","null"]}""", "null")]
    [InlineData("""{"type":"string","minLength":2,"maxLength":2}""", "\"ab\"")]
    [InlineData("""{"type":"array","minItems":1,"maxItems":2}""", "[1,2]")]
    [InlineData("""{"minimum":1,"maximum":1}""", "1.0")]
    [InlineData("""{"exclusiveMinimum":1,"exclusiveMaximum":2}""", "1.5")]
    [InlineData("""{"minimum":5}""", "\"a\"")]
    [InlineData("""{"const":[1]}""", "[1]")]
    [InlineData("""{"enum":[1,"a",null]}""", "null")]
    [InlineData("""{"not":{"type":"string"}}""", "1")]
    [InlineData("""{"pattern":"b"}""", "\"abc\"")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"integer"}]}""", "1")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"integer"}]}""", "1")]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":3}]}""", "2")]
    [InlineData("""{"properties":{"a":{"type":"integer"}}}""", """{"a":1,"b":"open"}""")]
    [InlineData("""{"additionalProperties":{"type":"integer"}}""", """{"a":1,"b":2}""")]
    [InlineData("""{"$ref":"#/$defs/x","$defs":{"x":{"type":"integer"}}}""", "1")]
    [InlineData("""{"$ref":"https://example.org/elsewhere"}""", "1")]
    [InlineData("""{"$ref":"#anchor"}""", "1")]
    [InlineData("""{"$ref":"#"}""", "1")]
    public void Run_AValueThatFits_HasNoMisfit(string schema, string value) => Assert.Empty(Misfits(schema, value));

    [Theory]
    [InlineData("false", "1", "", "No value is allowed here.")]
    [InlineData("""{"type":"integer"}""", "1.0", "", "1.0 was found where integer is expected.")]
    [InlineData("""{"type":["string","null"]}""", "true", "", "true was found where string or null is expected.")]
    [InlineData("""{"type":"string","minLength":2}""", "\"a\"", "", "\"a\" is below the minLength of 2.")]
    [InlineData("""{"type":"string","maxLength":2}""", "\"abc\"", "", "\"abc\" is above the maxLength of 2.")]
    [InlineData("""{"type":"array","minItems":1}""", "[]", "", "[] is below the minItems of 1.")]
    [InlineData("""{"type":"array","maxItems":1}""", "[1,2]", "", "[1,2] is above the maxItems of 1.")]
    [InlineData("""{"minimum":1}""", "0.99", "", "0.99 is below the minimum of 1.")]
    [InlineData("""{"maximum":1}""", "1e400", "", "1e400 is above the maximum of 1.")]
    [InlineData("""{"exclusiveMinimum":1}""", "1", "", "1 is not above the exclusiveMinimum of 1.")]
    [InlineData("""{"exclusiveMaximum":1}""", "1", "", "1 is not below the exclusiveMaximum of 1.")]
    [InlineData("""{"const":[1]}""", "[2]", "", "[2] was found where only [1] is allowed.")]
    [InlineData("""{"enum":[1,"a"]}""", "2", "", "2 is none of [1,\"a\"].")]
    [InlineData("""{"not":{"type":"string"}}""", "\"a\"", "", "\"a\" is one of the values that are not allowed here.")]
    [InlineData("""{"pattern":"^b"}""", "\"abc\"", "", "\"abc\" does not match \"^b\".")]
    [InlineData("""{"anyOf":[{"type":"string"},{"type":"integer"}]}""", "1.5", "", "1.5 fits none of the 2 alternatives.")]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":3}]}""", "4", "", "4 is above the maximum of 3.")]
    [InlineData("""{"required":["a"]}""", "{}", "", "The property 'a' is missing.")]
    [InlineData("""{"properties":{"a":{"type":"integer"}},"additionalProperties":false}""", """{"a/b":1}""", "/a~1b", "There is no property 'a/b'.")]
    [InlineData("""{"additionalProperties":{"type":"integer"}}""", """{"a":[1],"b":2}""", "/a", "[1] was found where integer is expected.")]
    [InlineData("""{"items":{"items":{"type":"integer"}}}""", """[[1],[2,"x"]]""", "/1/1", "\"x\" was found where integer is expected.")]
    [InlineData("""{"properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"type":"integer"}}}""", """{"a":"b"}""", "/a", "\"b\" was found where integer is expected.")]
    [InlineData("""{"properties":{"a":{"$ref":"#"}},"additionalProperties":false}""", """{"a":{"a":{"b":1}}}""", "/a/a/b", "There is no property 'b'.")]
    public void Run_AValueThatDoesNotFit_SaysWhereAndWhy(string schema, string value, string place, string message) =>
        Assert.Equal([(place, message)], Misfits(schema, value));

    [Fact]
    public void Run_SeveralMisfits_NamesAll() => Assert.Equal(
        ["", "/a", "/c"],
        Misfits("""{"properties":{"a":{"type":"integer"},"b":{}},"required":["b"],"additionalProperties":false}""", """{"a":"x","c":1}""")
            .Select(misfit => misfit.Place));

    [Fact]
    public void Run_ALongValue_IsShownInPartAndNeverHalfACharacter() => Assert.Equal(
        [("", $"\"{new string('a', 38)}… was found where integer is expected.")],
        Misfits("""{"type":"integer"}""", $"\"{new string('a', 38)}😀{new string('a', 70_000)}\""));

    [Theory]
    [InlineData("^(a+)+$", "does not match")]
    [InlineData("^(?!b)(a+)+$", "takes too long to be matched with")]
    public void Run_ManyValuesThatMakeAPatternSlow_AreToldAndTakeNoLongerThanAFew(string pattern, string how)
    {
        string value = $"\"{new string('a', 60)}!\"";

        List<(string Place, string Message)> misfits = Misfits("{\"items\":{\"pattern\":\"" + pattern + "\"}}", $"[{string.Join(',', Enumerable.Repeat(value, 10_000))}]");

        Assert.Equal(JsonSchemaCheck.MaxMisfits, misfits.Count);
        Assert.All(misfits, misfit => Assert.Contains($"{how} \"{pattern}\"", misfit.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Run_APatternThatTakesLong_DoesNotHoldUpTheOthers()
    {
        var patterns = new PatternMatcher();
        bool?[] slow = [.. Enumerable.Range(0, 1_000).Select(_ => patterns.IsMatch(new string('a', 60) + "!", "^(?!b)(a+)+$"))];

        Assert.All(slow, matches => Assert.Null(matches));
        Assert.Equal((true, null), (patterns.IsMatch("a", "^a$"), patterns.IsMatch("a", "^(?!b)a$")));
    }

    [Fact]
    public void Run_ManyChoices_AreShownInPart() => Assert.InRange(
        Assert.Single(Misfits($$"""{"enum":[{{string.Join(',', Enumerable.Range(0, 10_000))}}]}""", "-1")).Message.Length, 100, 1_100);

    [Fact]
    public void Run_References_AreHandedOutWithTheSchemaOfTheirPlaceAndFitEverywhere()
    {
        List<(string, string, string)> references = [];
        var check = new JsonSchemaCheck(
            JsonElement.Parse("""{"properties":{"a":{"type":"integer"},"b":{"items":{"type":"string"}},"c":{"anyOf":[{"type":"object","required":["x"]}]}}}"""),
            element => SubtaskOutput.TryRead(element, out _),
            (node, element, place) => references.Add(($"{place}", node.Schema.GetRawText(), element.GetRawText())),
            (place, message) => Assert.Fail($"{place}: {message}"),
            new PatternMatcher());

        check.Run(JsonElement.Parse("""{"a":{"$output":"x"},"b":["s",{"$output":"y"}],"c":{"x":{"$output":"z"}}}"""));

        Assert.Equal(
            [("/a", """{"type":"integer"}""", """{"$output":"x"}"""), ("/b/1", """{"type":"string"}""", """{"$output":"y"}"""), ("/c/x", "true", """{"$output":"z"}""")],
            references);
    }

    [Fact]
    public void Run_WhatTheSerializerWrites_FitsTheSchemaOfItsType() =>
        Gen.Select(Gen.String.Null(), Gen.Int.Nullable(), Gen.Enum<DayOfWeek>(), Gen.Double[-1e9, 1e9].Array[0, 3], Gen.TimeSpan, Gen.Dictionary(Gen.String[Gen.Char.AlphaNumeric, 0, 5], Gen.Bool)[0, 3])
            .Select((text, number, day, doubles, time, flags) => new Mixture(Unicode(text), number, day, doubles, time, flags, []))
            .Sample(mixture =>
            {
                Mixture nested = mixture with { Inner = [mixture, mixture] };
                JsonElement written = Checker.Serializer.Write(nested, typeof(Mixture));
                JsonElement schema = TaskSchemas.Of(Checker.Describe<Mixture, None>("mix"), PayloadSerializer.DefaultOptions).Input;

                Assert.Empty(Misfits(schema.GetRawText(), written.GetRawText()));
            });

    private static string? Unicode(string? text) => text is null ? null : string.Concat(text.EnumerateRunes());

    private static List<(string Place, string Message)> Misfits(string schema, string value)
    {
        List<(string, string)> misfits = [];
        new JsonSchemaCheck(JsonElement.Parse(schema), _ => false, (_, _, _) => { }, (place, message) => misfits.Add(($"{place}", message)), new PatternMatcher()).Run(JsonElement.Parse(value));
        return misfits;
    }

    private sealed record Mixture(
        string? Text, int? Number, DayOfWeek Day, double[] Doubles, TimeSpan Time, Dictionary<string, bool> Flags, IReadOnlyList<Mixture> Inner);
}
