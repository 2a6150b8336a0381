using AgentOrchestration.Runs;

namespace AgentOrchestration.Testing.Stores;

/// <summary>Ids that would do harm where they are taken for more than a text.</summary>
internal static class HostileIds
{
    public static IReadOnlyList<string> Valid { get; } =
    [
        "run", "RUN", "Run", "run ", " run", "run.", "r\u0000un", "r", "../../etc/passwd", "/etc/passwd", "..\\..\\boot.ini", "C:\\run", "CON", "nul.txt",
        "run/other", "run\\other", "run:stream", "~", "$HOME", "%TEMP%", "*", "?", "run*", "ru_", "r%", "a;b", "a\nb", "a\r\nb", "a\tb",
        "'; DROP TABLE runs; --", "\" OR 1=1 --", "' OR 'a'='a", "run' UNION SELECT 1 --", "$run", "@run", ":run", "{0}", "{{run}}", "<script>alert(1)</script>",
        "é", "e\u0301", "\u0430bc", "abc", "ﬀ", "ff", "İ", "i", "I", "ı", "ß", "ss", "\u202Erun", "\u200Brun", "\uFEFFrun", "😀", "👩‍👩‍👧", "日本語", "null", "0", "00", "1e3", "1000",
        "-1", "\uFFFD", new('x', 255), new('x', 256), new('日', 256),
    ];

    public static IReadOnlyList<string> Invalid { get; } = ["", new('x', 257), "\uD800", "run\uDC00", "\uDC00\uD800"];

    /// <summary>Gets different valid ids at random, each put together of a few of the others.</summary>
    public static IReadOnlyList<string> Random(int seed, int count)
    {
#pragma warning disable CA5394 // It is no secret.
        var random = new Random(seed);
        HashSet<string> ids = new(StringComparer.Ordinal);
        while (ids.Count < count)
        {
            string id = string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => Valid[random.Next(Valid.Count)]));
            if (id.Length <= RunIds.MaxLength)
            {
                ids.Add(id);
            }
        }
#pragma warning restore CA5394
        return [.. ids];
    }
}
