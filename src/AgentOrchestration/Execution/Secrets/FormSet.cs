using System.Buffers;

namespace AgentOrchestration.Execution.Secrets;

/// <summary>Finds some forms of secrets in one pass over a text. Letter case is not looked at.</summary>
internal sealed class FormSet
{
    private const StringComparison Comparison = StringComparison.OrdinalIgnoreCase;
    private readonly SearchValues<string> _any;
    private readonly SearchValues<char> _first;
    private readonly IEnumerable<string> _formsInOutput;
    private readonly int _shortest;
    private SearchValues<string>? _inOutput;

    // In order, so that all forms that begin alike stand together.
    private readonly string[] _forms;

    // For each form the longest other that it begins with; -1 for none.
    private readonly int[] _shorter;

    /// <param name="forms">The forms.</param>
    /// <param name="inOutput">Those of them that are looked for in outputs.</param>
    public FormSet(IEnumerable<string> forms, IEnumerable<string> inOutput)
    {
        _formsInOutput = inOutput;
        _forms = [.. forms.Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.OrdinalIgnoreCase)];
        _any = SearchValues.Create(_forms, Comparison);
        _first = SearchValues.Create([.. _forms.SelectMany(form => (char[])[form[0], char.ToUpperInvariant(form[0]), char.ToLowerInvariant(form[0])])]);
        _shorter = new int[_forms.Length];
        for (int i = 0; i < _forms.Length; i++)
        {
            int shorter = i - 1;
            while (shorter >= 0 && !_forms[i].StartsWith(_forms[shorter], Comparison))
            {
                shorter = _shorter[shorter];
            }

            _shorter[i] = shorter;
        }

        Longest = _forms.Max(form => form.Length);
        _shortest = _forms.Min(form => form.Length);
    }

    /// <summary>The length of the longest form.</summary>
    public int Longest { get; }

    public bool IsIn(ReadOnlySpan<char> text) => text.ContainsAny(_any);

    /// <summary>The same for an output, which may hold a short word by chance.</summary>
    public bool IsInOutput(ReadOnlySpan<char> text) => text.ContainsAny(
        _inOutput ??= SearchValues.Create([.. _formsInOutput], Comparison));

    /// <summary>Adds where forms are in a text; they may overlap.</summary>
    public void Find(ReadOnlySpan<char> text, ref List<(int Start, int End)>? found)
    {
        int end = 0;
        for (int from = 0; text[from..].IndexOfAny(_any) is >= 0 and int offset;)
        {
            int start = from + offset;
            int length = Math.Max(LongestAt(text[start..]), _shortest);
            if (start + length > end)
            {
                end = start + length;
                (found ??= []).Add((start, end));
            }

            from = start + 1;
        }
    }

    /// <summary>Finds where the rest of a text begins with which a form may continue in what follows.</summary>
    /// <returns>The place, or the length of the text when there is none.</returns>
    public int FindBegun(ReadOnlySpan<char> text)
    {
        // Half a character is compared when the other half is there.
        ReadOnlySpan<char> whole = text.Length > 0 && char.IsHighSurrogate(text[^1]) ? text[..^1] : text;
        for (int from = Math.Max(0, whole.Length - Longest + 1); from < whole.Length; from++)
        {
            int offset = whole[from..].IndexOfAny(_first);
            if (offset < 0)
            {
                break;
            }

            from += offset;
            if (IsBeginning(whole[from..]))
            {
                return from;
            }
        }

        return whole.Length;
    }

    private int LongestAt(ReadOnlySpan<char> text)
    {
        // All forms that the text begins with are beginnings of the last form that is not after the text.
        int form = FirstAfter(text) - 1;
        while (form >= 0 && !text.StartsWith(_forms[form], Comparison))
        {
            form = _shorter[form];
        }

        return form < 0 ? 0 : _forms[form].Length;
    }

    private bool IsBeginning(ReadOnlySpan<char> text)
    {
        // The form that equals the text, if there is one, is the last that is not after it.
        int form = FirstAfter(text);
        return form < _forms.Length && _forms[form].AsSpan().StartsWith(text, Comparison);
    }

    private int FirstAfter(ReadOnlySpan<char> text)
    {
        int low = 0;
        int high = _forms.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_forms[middle].AsSpan().CompareTo(text, Comparison) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
