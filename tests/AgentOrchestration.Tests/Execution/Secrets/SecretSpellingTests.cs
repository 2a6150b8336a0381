using System.Globalization;
using System.Text;
using AgentOrchestration.Execution.Secrets;
using AgentOrchestration.Plans;
using AgentOrchestration.Tests.Scheduling;
using CsCheck;

namespace AgentOrchestration.Tests.Execution.Secrets;

/// <summary>Secrets whose characters are written in different ways within one text.</summary>
public sealed class SecretSpellingTests
{
    private static readonly string[] Runes = [.. "abkKzn0147+/=&<>\"' ;:%\\äéß€😀".EnumerateRunes().Select(rune => rune.ToString())];

    private static readonly string[] Pieces = ["%", "\\", "%4", "ba", "5", "\\u", "00", "&#", ";", "&lt", "x", "é", ":"];

    private static readonly Gen<string> Secrets = Gen.Int[0, Runes.Length - 1].Select(index => Runes[index]).List[8, 20].Select(runes => string.Concat(runes));

    /// <summary>Made of what represents other characters, and of pieces of that.</summary>
    private static readonly Gen<string> WrittenSecrets = Gen.Int[0, Pieces.Length - 1].Select(index => Pieces[index]).List[8, 14].Select(pieces => string.Concat(pieces))
        .Where(secret => secret.Any(static character => character != '\\'));

    [Theory]
    [InlineData("k9+Zs/Qw7x+1Ab/0Yt==", "k9%2BZs/Qw7x%2B1Ab/0Yt%3D%3D")]
    [InlineData("k9+Zs/Qw7x+1Ab/0Yt==", "k9+Zs%2FQw7x+1Ab%2f0Yt==")]
    [InlineData("päss/wörd/gehéim", "p\\u00e4ss\\/w\\u00f6rd\\/geh\\u00e9im")]
    [InlineData("tok'en&pa+ss<1>", "tok'en\\u0026pa+ss\\u003c1\\u003e")]
    [InlineData("tok'en&pa+ss/1", "tok'en\\u0026pa+ss\\/1")]
    [InlineData("géh'eim&\"x", "géh&#x27;eim&amp;&quot;x")]
    [InlineData("géh'eim&\"x", "géh'eim&amp;&#34;x")]
    [InlineData("géh'eim&\"x", "g&#233;h&apos;eim&#38;&#034;x")]
    [InlineData("Passw0rd1234", "%50%61%73%73%77%30%72%64%31%32%33%34")]
    [InlineData("pässwörd", "p%E4ssw%F6rd")]
    [InlineData("pässwörd", "p%C3%A4ssw%c3%b6rd")]
    [InlineData("ab\"cd\\ef\tgh", "ab\\\\\\\"cd\\\\\\\\ef\\\\tgh")]
    [InlineData("pass word&more", "pass+word%26more")]
    [InlineData("pw😀xyz", "pw\\ud83d\\ude00xyz")]
    [InlineData("pw😀xyz", "pw\\U0001F600xyz")]
    [InlineData("pw😀xyz", "pw\\u{1f600}xyz")]
    [InlineData("a=b'c`d=e", "a&#x3D;b&#x27;c&#x60;d&#x3D;e")]
    public void A_secret_is_found_in_the_spelling_of_common_writers(string secret, string spelling) =>
        Assert.Equal("<***>", Given(secret).Redact($"<{spelling}>"));

    [Fact]
    public void A_secret_is_found_however_each_of_its_characters_is_written() => Gen.Select(Secrets, Gen.Int).Sample(AssertFound, iter: Simulations.Of(5_000));

    [Fact]
    public void A_secret_that_looks_written_itself_is_found_however_each_of_its_characters_is_written() => Gen.Select(WrittenSecrets, Gen.Int).Sample(AssertFound, iter: Simulations.Of(5_000));

    /// <summary>Of the first three characters are left when they are read as what represents others.</summary>
    [Theory]
    [InlineData("\\%\\ba\\:>", "&#x5c;\\u0025%5C%2562a%5c%3A\\\\u003E")]
    [InlineData("%41%42%43", "%252541%2542&#37;43")]
    [InlineData("&lt;&gt;&amp;", "&amp;amp;lt;%26gt;&#38;amp;")]
    [InlineData("\\u0041\\u0042", "%5Cu0041\\\\u0042")]
    public void A_secret_of_which_little_is_left_when_it_is_decoded_is_found(string secret, string spelling)
    {
        RunSecrets secrets = Given(secret);

        Assert.Equal("<***>", secrets.Redact($"<{spelling}>"));
        Assert.True(secrets.AreIn(Encoding.UTF8.GetBytes(spelling)));
        Assert.Equal("<***>", Stream(secrets, $"<{spelling}>", new Random(1)));
        Assert.Equal("A:> and <>& and ABC", secrets.Redact("A:> and <>& and ABC"));
    }

    [Fact]
    public void A_secret_is_found_in_a_text_that_was_written_as_a_whole_behind_anything() => Gen.Select(Secrets, Secrets).Sample(
        (secret, before) =>
        {
            string redacted = Given(secret).Redact(Uri.EscapeDataString($"{before}|{secret}"));

            Assert.EndsWith("***", redacted, StringComparison.Ordinal);
        },
        iter: Simulations.Of(2_000));

    [Fact]
    public void What_is_no_spelling_of_a_secret_stays()
    {
        RunSecrets secrets = Given("sesame+open");

        Assert.Equal("sesame%2Dopen & a \\u0041 &amp; 100% C:\\temp", secrets.Redact("sesame%2Dopen & a \\u0041 &amp; 100% C:\\temp"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    public void To_look_at_a_text_costs_its_length_however_it_is_written(int count)
    {
        RunSecrets secrets = Given([.. Enumerable.Range(0, count).Select(i => $"token+{i:D4}/of&many")]);
        foreach (string piece in (string[])["%25", "\\\\", "&amp;", "&#38;", "%C3", "\\u005c", "token%2B", "&", "%", "+"])
        {
            Cost.IsLinear(
                size =>
                {
                    string text = string.Concat(Enumerable.Repeat(piece, size));
                    secrets.Redact(text);
                    return text.Length + Cost.BytesOf(() => secrets.Redact(text));
                },
                size: 2_000);
        }
    }

    private static void AssertFound(string secret, int seed)
    {
        var random = new Random(seed);
        string spelling = string.Concat(secret.EnumerateRunes().Select(rune => Spell(rune, random)));
        RunSecrets secrets = Given(secret);

        Assert.Equal("before <***> behind", secrets.Redact($"before <{spelling}> behind"));
        Assert.True(secrets.AreIn(Encoding.UTF8.GetBytes($"before <{spelling}> behind")));
        if (!secret.EndsWith('\\'))
        {
            // Of a backslash at its end it shows only with what follows whether it belongs to the secret.
            Assert.Equal("before <***> behind", Stream(secrets, $"before <{spelling}> behind", random));
        }
    }

    private static string Stream(RunSecrets secrets, string text, Random random)
    {
        var held = new HeldText(secrets);
        var shown = new StringBuilder();
        for (int at = 0; at < text.Length;)
        {
            int length = Math.Min(random.Next(1, 5), text.Length - at);
            shown.Append(held.Take(text.Substring(at, length), isEnd: false));
            at += length;
        }

        return shown.Append(held.Take("", isEnd: true)).ToString();
    }

    /// <summary>Writes a character in one of the ways in which it can be; those that would not be read as the character alone are not used.</summary>
    private static string Spell(Rune rune, Random random)
    {
        string text = rune.ToString();
        string[] spellings =
        [
            rune.Value is '%' or '\\' or '&' or '+' ? Percent(text) : text,
            Percent(text),
            Percent(text).ToLowerInvariant(),
            string.Concat(text.Select(unit => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"))),
            string.Concat(text.Select(unit => string.Create(CultureInfo.InvariantCulture, $"\\\\u{(int)unit:X4}"))),
            string.Create(CultureInfo.InvariantCulture, $"&#{rune.Value};"),
            string.Create(CultureInfo.InvariantCulture, $"&#x{rune.Value:x};"),
            rune.Value switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '"' => "&quot;", '\'' => "&apos;", ' ' => "+", '/' => "\\/", _ => Percent(text) },
            Uri.EscapeDataString(Percent(text)),
        ];
        return spellings[random.Next(spellings.Length)];
    }

    private static string Percent(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(value => string.Create(CultureInfo.InvariantCulture, $"%{value:X2}")));

    private static RunSecrets Given(params string[] values)
    {
        RunSecrets secrets = RunSecrets.Of(new Named(values));
        for (int i = 0; i < values.Length; i++)
        {
            secrets.Revealing($"{i}");
        }

        return secrets;
    }

    private sealed class Named(string[] values) : ISecretProvider
    {
        public string? Find(string name) => values[int.Parse(name, CultureInfo.InvariantCulture)];
    }
}
