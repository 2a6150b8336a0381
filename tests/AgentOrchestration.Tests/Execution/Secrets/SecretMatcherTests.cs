using AgentOrchestration.Execution.Secrets;
using AgentOrchestration.Plans;

namespace AgentOrchestration.Tests.Execution.Secrets;

/// <summary>Finds secrets in texts: the same as a search for each form, in one pass.</summary>
public sealed partial class SecretMatcherTests
{
    private static readonly string[] Letters = ["a", "b", "A", "ab", "+", "/", "%", "\"", "<", "ü", "😀", " ", "\n"];

    [Fact]
    public void Whatever_secrets_and_texts_are_no_form_is_left_and_nothing_else_is_changed()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            string[] values = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Text(random, 2, 10))];
            RunSecrets secrets = Given(values);
            string[] forms = [.. values.Where(value => value.Length >= 4).SelectMany(SecretForms.Of)];
            string text = string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ =>
                forms.Length > 0 && random.Next(2) == 0 ? forms[random.Next(forms.Length)] : Text(random, 0, 8)));

            string redacted = secrets.Redact(text);

            Assert.All(forms, form => Assert.DoesNotContain(form, redacted, StringComparison.OrdinalIgnoreCase));
            if (!DecodedText.MayDiffer(text))
            {
                Assert.Equal(Naive(text, forms), redacted);
            }
        }
    }

    [Fact]
    public void However_a_text_is_streamed_what_is_shown_is_the_text_without_secrets()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            string[] values = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Text(random, 4, 10))];
            RunSecrets secrets = Given(values);
            string[] forms = [.. values.Where(value => value.Length >= 4).SelectMany(SecretForms.Of)];
            string text = string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(2) == 0 && forms.Length > 0 ? forms[random.Next(forms.Length)] : Text(random, 0, 8)));
            var held = new HeldText(secrets);
            var shown = new System.Text.StringBuilder();
            for (int at = 0; at < text.Length;)
            {
                int length = Math.Min(random.Next(1, 5), text.Length - at);
                shown.Append(held.Take(text.Substring(at, length), isEnd: false));
                at += length;
            }

            shown.Append(held.Take("", isEnd: true));

            // Of secrets side by side, one mark may stand for several.
            Assert.Equal(Marks().Replace(secrets.Redact(text), "***"), Marks().Replace(shown.ToString(), "***"));
        }
    }

    [Fact]
    public void What_no_secret_can_go_on_in_is_shown_at_once()
    {
        var held = new HeldText(Given(["sesame-open"]));

        Assert.Equal("some words ", held.Take("some words ses", isEnd: false));
        Assert.Equal("sesam is a seed, ", held.Take("am is a seed, sesame-", isEnd: false));
        Assert.Equal("*** and more", held.Take("open and more", isEnd: false));
        Assert.Equal("", held.Take(" s", isEnd: false)[1..]);
        Assert.Equal("s", held.Take("", isEnd: true));
    }

    [Fact]
    public void What_is_held_back_is_never_longer_than_the_longest_form()
    {
        RunSecrets secrets = Given(["aaaaaaaa"]);
        int longest = SecretForms.Of("aaaaaaaa").Max(form => form.Length);
        var held = new HeldText(secrets);
        int given = 0;
        int shown = 0;
        for (int i = 0; i < 500; i++)
        {
            given++;
            // The mark stands for eight or more letters, and comes once.
            shown += held.Take("a", isEnd: false).Length;
        }

        Assert.Equal(3, shown);
        Assert.Equal("", held.Take("", isEnd: true));
        Assert.True(longest < given);
    }

    [Fact]
    public void A_secret_that_begins_like_another_leaves_nothing_of_the_longer_one()
    {
        RunSecrets secrets = Given(["abcdef", "abcdefghij", "hijklmno"]);

        Assert.Equal("<***>", secrets.Redact("<abcdefghij>"));
        Assert.Equal("<***>", secrets.Redact("<abcdefghijklmno>"));
    }

    [Fact]
    public void A_secret_is_found_wherever_it_is_in_a_large_output()
    {
        const int Piece = 64 * 1024;
        RunSecrets secrets = Given(["sesame-öffne-dich"]);
        for (int before = Piece - 40; before < Piece + 40; before++)
        {
            Assert.True(secrets.AreIn(System.Text.Encoding.UTF8.GetBytes($"{new string('x', before)}sesame-öffne-dich{new string('y', Piece)}")));
        }

        Assert.False(secrets.AreIn(System.Text.Encoding.UTF8.GetBytes($"{new string('x', Piece)}sesame-öffne-mich{new string('y', Piece)}")));
    }

    [Fact]
    public void Preparing_and_searching_many_secrets_of_one_run_is_linear() => Cost.IsLinear(
        count => Cost.BytesOf(() =>
        {
            RunSecrets secrets = RunSecrets.Of(new Tokens());
            for (int i = 0; i < count; i++)
            {
                secrets.Revealing($"token-{i:D6}-{i * 7919:D12}");
                secrets.Redact("some words of an answer");
            }
        }),
        size: 200);

    private static string Naive(string text, string[] forms)
    {
        bool[] hidden = new bool[text.Length];
        List<(int Start, int End)> found = [];
        foreach (string form in forms)
        {
            for (int at = text.IndexOf(form, StringComparison.OrdinalIgnoreCase); at >= 0; at = text.IndexOf(form, at + 1, StringComparison.OrdinalIgnoreCase))
            {
                found.Add((at, at + form.Length));
            }
        }

        var result = new System.Text.StringBuilder();
        int end = 0;
        foreach ((int start, int stop) in found.Order())
        {
            if (start >= end)
            {
                result.Append(text, end, start - end).Append("***");
            }

            end = Math.Max(end, stop);
        }

        return result.Append(text, end, text.Length - end).ToString();
    }

    private static string Text(Random random, int least, int most) =>
        string.Concat(Enumerable.Range(0, random.Next(least, most)).Select(_ => Letters[random.Next(Letters.Length)]));

    private static RunSecrets Given(string[] values)
    {
        RunSecrets secrets = RunSecrets.Of(new Tokens());
        foreach (string value in values)
        {
            secrets.Revealing(value);
            // Groups are prepared one by one.
            secrets.Redact("");
        }

        return secrets;
    }

    [System.Text.RegularExpressions.GeneratedRegex(@"(\*\*\*)+")]
    private static partial System.Text.RegularExpressions.Regex Marks();

    private sealed class Tokens : ISecretProvider
    {
        public string? Find(string name) => name;
    }
}
