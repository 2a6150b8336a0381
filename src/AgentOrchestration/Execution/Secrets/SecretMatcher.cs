namespace AgentOrchestration.Execution.Secrets;

/// <summary>
/// Finds secrets in a text: as they are written in it, and in the text as it reads when everything is decoded that represents another character. A text in
/// which nothing does is looked at once.
/// </summary>
internal sealed class SecretMatcher
{
    /// <summary>A character is written with so many at most, commonly: those of JSON in JSON.</summary>
    private const int LongestSpelling = 12;

    private const int ShortestInOutput = 8;

    private readonly FormSet _written;
    private readonly FormSet _decoded;
    private readonly CollapsedForms? _collapsed;

    // Whether backslashes in front of and behind what is found may belong to it.
    private readonly bool _mayTouchBackslashes;

    /// <param name="secrets">The secrets; how many there are says how dear it was to make.</param>
    public SecretMatcher(IReadOnlyList<string> secrets)
    {
        Secrets = secrets;
        string[] forms = [.. secrets.SelectMany(SecretForms.Of)];
        string[] bytes = [.. secrets.Select(DecodedText.DecodedBytes).OfType<string>()];
        string[] all = [.. forms, .. bytes];
        _written = new FormSet(forms, forms.Where(IsInOutputs));
        _decoded = new FormSet(all.SelectMany(SecretForms.Decoded), all.Where(IsInOutputs).SelectMany(SecretForms.Decoded));
        _collapsed = CollapsedForms.Of([.. secrets, .. secrets.Select(static secret => secret.Trim()), .. bytes], ShortestInOutput);
        _mayTouchBackslashes = secrets.Any(static secret => secret.StartsWith('\\') || secret.EndsWith('\\'));
        Longest = Math.Max(_written.Longest, _decoded.Longest * LongestSpelling);
    }

    public IReadOnlyList<string> Secrets { get; }

    /// <summary>The length of the longest form, with every character as long as it is commonly written.</summary>
    public int Longest { get; }

    public bool IsIn(ReadOnlySpan<char> text) => _written.IsIn(text) || (DecodedText.MayDiffer(text) && AnyDecoded(text, static (forms, characters) => forms.IsIn(characters), static (forms, decoded) => forms.IsIn(decoded)));

    /// <summary>The same for an output, which may hold a short word by chance.</summary>
    public bool IsInOutput(ReadOnlySpan<char> text) =>
        _written.IsInOutput(text) || (DecodedText.MayDiffer(text) && AnyDecoded(text, static (forms, characters) => forms.IsInOutput(characters), static (forms, decoded) => forms.IsInOutput(decoded)));

    /// <summary>Adds where secrets are in a text; they may overlap.</summary>
    public void Find(ReadOnlySpan<char> text, ref List<(int Start, int End)>? found)
    {
        _written.Find(text, ref found);
        if (!DecodedText.MayDiffer(text))
        {
            return;
        }

        using DecodedText repeated = DecodedText.Of(text, isRepeated: true);
        Find(repeated, ref found);
        _collapsed?.Find(repeated, ref found);
        if (repeated.IsNested)
        {
            using DecodedText once = DecodedText.Of(text, isRepeated: false);
            Find(once, ref found);
        }
    }

    /// <summary>Finds where the rest of a text begins with which a secret may continue in what follows.</summary>
    /// <returns>The place, or the length of the text when there is none.</returns>
    public int FindBegun(ReadOnlySpan<char> text)
    {
        int begun = _written.FindBegun(text);
        int first = Math.Max(0, text.Length - Longest);

        // Also of a text in which nothing is decoded yet: a secret may begin with what is folded.
        using DecodedText decoded = DecodedText.Of(text[first..], isRepeated: true);
        ReadOnlySpan<char> whole = decoded.Characters[..decoded.Open];
        int character = Math.Min(_decoded.FindBegun(whole), _collapsed?.FindBegun(whole) ?? whole.Length);
        return character == decoded.Characters.Length ? begun : Math.Min(begun, first + decoded.StartOf(character));
    }

    private static bool IsInOutputs(string form) => form.Length >= ShortestInOutput;

    private void Find(DecodedText decoded, ref List<(int Start, int End)>? found)
    {
        List<(int Start, int End)>? places = null;
        _decoded.Find(decoded.Characters, ref places);
        foreach ((int start, int end) in places ?? [])
        {
            // A backslash before a letter may belong to what is before, as in a path.
            bool isEscaped = _mayTouchBackslashes || !char.IsAsciiLetterOrDigit(decoded.Characters[start]);
            bool goesOn = _mayTouchBackslashes && end < decoded.Characters.Length;
            (found ??= []).Add((isEscaped ? decoded.StartOf(start) : decoded.BeginOf(start), goesOn ? decoded.BeginOf(end) : decoded.EndOf(end - 1)));
        }
    }

    private bool AnyDecoded(ReadOnlySpan<char> text, Func<FormSet, ReadOnlySpan<char>, bool> isIn, Func<CollapsedForms, DecodedText, bool> isCollapsedIn)
    {
        using DecodedText repeated = DecodedText.Of(text, isRepeated: true);
        if (isIn(_decoded, repeated.Characters) || (_collapsed is not null && isCollapsedIn(_collapsed, repeated)))
        {
            return true;
        }

        if (!repeated.IsNested)
        {
            return false;
        }

        using DecodedText once = DecodedText.Of(text, isRepeated: false);
        return isIn(_decoded, once.Characters);
    }
}
