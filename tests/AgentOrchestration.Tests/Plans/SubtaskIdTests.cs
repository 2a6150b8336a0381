using AgentOrchestration.Plans;
using CsCheck;

namespace AgentOrchestration.Tests.Plans;

public sealed class SubtaskIdTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("Z")]
    [InlineData("0")]
    [InlineData("_")]
    [InlineData("-")]
    [InlineData("market_overview-2")]
    public void IsValid_WithinTheGrammar_IsTrue(string id) => Assert.True(SubtaskId.IsValid(id));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a.b")]
    [InlineData("a\n")]
    [InlineData("a\0")]
    [InlineData("é")]
    [InlineData("а")] // Cyrillic.
    [InlineData("ａ")] // Full width.
    [InlineData("٣")]
    [InlineData("😀")]
    [InlineData("\u202Ea")]
    public void IsValid_OutsideTheGrammar_IsFalse(string id) => Assert.False(SubtaskId.IsValid(id));

    [Fact]
    public void IsValid_LongerThan64_IsFalse()
    {
        Assert.True(SubtaskId.IsValid(new string('a', 64)));
        Assert.False(SubtaskId.IsValid(new string('a', 65)));
    }

    [Fact]
    public void IsValid_IsTheExpressionThatTheMessagesState() =>
        Gen.String[Gen.OneOf(Gen.Char['!', '~'], Gen.Char), 0, 70].Sample(id =>
            Assert.Equal(id.Length is >= 1 and <= 64 && id.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-'), SubtaskId.IsValid(id)));
}
