using System.Text.RegularExpressions;

namespace AgentOrchestration.Planning.Selection;

/// <summary>The form of goals that a template answers: text with slots in it.</summary>
internal sealed partial class GoalPattern
{
    /// <summary>A topic is a phrase. What is longer is another kind of request, and would be copied to every place of its slot.</summary>
    private const int LongestValue = 1_000;

    /// <summary>What stands before the first slot, between the slots, and after the last.</summary>
    private readonly List<string> _literals = [];

    /// <exception cref="ArgumentException">A slot appears in it twice, or directly behind another.</exception>
    public GoalPattern(string goal)
    {
        int end = 0;
        string text = goal.Trim();
        foreach (Match slot in SlotPattern().Matches(text))
        {
            string name = slot.Groups[1].Value;
            if (Slots.Contains(name, StringComparer.Ordinal))
            {
                throw new ArgumentException($"The slot '{{{name}}}' occurs twice in '{goal}'.", nameof(goal));
            }

            if (slot.Index == end && end > 0)
            {
                throw new ArgumentException($"There is no text between '{{{name}}}' and the slot before it in '{goal}': add some, so that the end of one is known.", nameof(goal));
            }

            _literals.Add(text[end..slot.Index]);
            Slots.Add(name);
            end = slot.Index + slot.Length;
        }

        _literals.Add(text[end..]);
    }

    /// <summary>The names of the slots, in their order.</summary>
    public List<string> Slots { get; } = [];

    /// <summary>What appears in the places of the slots; <see langword="null"/> when the goal has another form, or the form in two ways.</summary>
    public Dictionary<string, string>? Match(string goal)
    {
        ReadOnlySpan<char> text = goal.AsSpan().Trim();
        if (Slots.Count == 0)
        {
            return text.Equals(_literals[0], StringComparison.OrdinalIgnoreCase) ? new Dictionary<string, string>(StringComparer.Ordinal) : null;
        }

        int last = text.Length - _literals[^1].Length;
        if (last < _literals[0].Length || !text.StartsWith(_literals[0], StringComparison.OrdinalIgnoreCase) || !text.EndsWith(_literals[^1], StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        // Each text between two slots as far to the left as it goes, and as far to the right: where both are the same, there is no other way.
        int[] leftmost = new int[_literals.Count];
        int[] rightmost = new int[_literals.Count];
        leftmost[^1] = rightmost[^1] = last;
        int from = _literals[0].Length;
        for (int i = 1; i < _literals.Count - 1; i++)
        {
            int start = from + 1;
            int found = start > last ? -1 : text[start..last].IndexOf(_literals[i], StringComparison.OrdinalIgnoreCase);
            if (found < 0)
            {
                return null;
            }

            leftmost[i] = start + found;
            from = leftmost[i] + _literals[i].Length;
        }

        if (from >= last)
        {
            return null;
        }

        for (int i = _literals.Count - 2, to = last; i > 0; i--)
        {
            // One letter at least stays for the slot behind it. There is a place: the leftmost.
            rightmost[i] = text[..(to - 1)].LastIndexOf(_literals[i], StringComparison.OrdinalIgnoreCase);
            to = rightmost[i];
        }

        return Values(text, leftmost, rightmost);
    }

    private Dictionary<string, string>? Values(ReadOnlySpan<char> text, int[] leftmost, int[] rightmost)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((int index, string name) in Slots.Index())
        {
            ReadOnlySpan<char> value = text[(leftmost[index] + _literals[index].Length)..leftmost[index + 1]].Trim();
            ReadOnlySpan<char> other = text[(rightmost[index] + _literals[index].Length)..rightmost[index + 1]].Trim();
            if (!value.SequenceEqual(other) || value.Length is 0 or > LongestValue || value.ToString() is var taken && !IsWholeText(taken))
            {
                return null;
            }

            values.Add(name, value.ToString());
        }

        return values;
    }

    /// <summary>Half of a surrogate pair has no JSON form.</summary>
    private static bool IsWholeText(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    [GeneratedRegex(@"\{([A-Za-z][A-Za-z0-9_]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex SlotPattern();
}
