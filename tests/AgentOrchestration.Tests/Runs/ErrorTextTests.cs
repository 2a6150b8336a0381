using System.Text;
using AgentOrchestration.Runs;

namespace AgentOrchestration.Tests.Runs;

public sealed class ErrorTextTests
{
    private const int KiB64 = 64 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(KiB64)]
    public void A_message_of_at_most_64_KiB_stays(int length)
    {
        string message = new('x', length);

        Assert.Same(message, ErrorText.Capped(message));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("ü")]
    [InlineData("日")]
    [InlineData("😀")]
    [InlineData("a😀")]
    public void A_longer_one_is_cut_to_64_KiB_marked_and_never_within_a_character(string piece)
    {
        string message = string.Concat(Enumerable.Repeat(piece, KiB64 + 1));

        string capped = ErrorText.Capped(message);

        Assert.InRange(Encoding.UTF8.GetByteCount(capped), KiB64 - 8, KiB64);
        Assert.EndsWith($"… (cut, {message.Length} characters in all)", capped, StringComparison.Ordinal);
        string kept = capped[..capped.LastIndexOf('…')];
        Assert.StartsWith(kept, message, StringComparison.Ordinal);
        Assert.DoesNotContain(Rune.ReplacementChar, kept.EnumerateRunes());
    }

    [Fact]
    public void The_error_of_an_exception_is_cut_after_what_nobody_may_see_was_left_out()
    {
        for (int before = KiB64 - 70; before < KiB64; before++)
        {
            string message = new string('x', before) + "secret" + new string('y', KiB64);

            var error = SubtaskError.From(new InvalidOperationException(message), text => text.Replace("secret", "***", StringComparison.Ordinal));

            Assert.DoesNotContain("s", error.Message[..error.Message.LastIndexOf('…')], StringComparison.Ordinal);
            Assert.InRange(error.Message.Length, KiB64 - 8, KiB64);
        }
    }
}
