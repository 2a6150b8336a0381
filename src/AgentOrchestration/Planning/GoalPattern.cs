using System.Text;
using System.Text.RegularExpressions;

namespace AgentOrchestration.Planning;

/// <summary>The form of goals that a template answers: text with slots in it.</summary>
internal sealed partial class GoalPattern
{
    /// <summary>A topic is a phrase. What is longer is another kind of request, and would be copied to every place of its slot.</summary>
    private const int LongestValue = 1_000;

    // Escaped text holds neither.
    private const string Shortest = ".+?";
    private const string Longest = ".+";

    private readonly Regex _shortest;
    private readonly Regex _longest;

    /// <exception cref="ArgumentException">A slot stands in it twice, or directly behind another.</exception>
    public GoalPattern(string goal)
    {
        var pattern = new StringBuilder(@"\A\s*");
        int end = 0;
        string text = goal.Trim();
        foreach (Match slot in SlotPattern().Matches(text))
        {
            string name = slot.Groups[1].Value;
            if (Slots.Contains(name, StringComparer.Ordinal))
            {
                throw new ArgumentException($"The slot '{{{name}}}' stands twice in '{goal}'.", nameof(goal));
            }

            if (slot.Index == end && end > 0)
            {
                throw new ArgumentException($"Nothing stands between '{{{name}}}' and the slot before it in '{goal}', so that nobody knows where one ends.", nameof(goal));
            }

            pattern.Append(Regex.Escape(text[end..slot.Index])).Append("(?<").Append('s').Append(Slots.Count).Append('>').Append(Shortest).Append(')');
            Slots.Add(name);
            end = slot.Index + slot.Length;
        }

        pattern.Append(Regex.Escape(text[end..])).Append(@"\s*\z");

        // Without backtracking no goal, however it is made, takes more than linear time.
        const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
        _shortest = new Regex(pattern.ToString(), Options);
        _longest = new Regex(pattern.Replace(Shortest, Longest).ToString(), Options);
    }

    /// <summary>The names of the slots, in their order.</summary>
    public List<string> Slots { get; } = [];

    /// <summary>What stands in the places of the slots; <see langword="null"/> when the goal has another form, or the form in two ways.</summary>
    public Dictionary<string, string>? Match(string goal)
    {
        if (_shortest.Match(goal) is not { Success: true } match || _longest.Match(goal) is not { Success: true } longest)
        {
            return null;
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((int index, string name) in Slots.Index())
        {
            string value = match.Groups[$"s{index}"].Value.Trim();
            if (value != longest.Groups[$"s{index}"].Value.Trim())
            {
                // Where the shortest and the longest are the same, there is no other.
                return null;
            }

            if (value.Length is 0 or > LongestValue || !IsWholeText(value))
            {
                return null;
            }

            values.Add(name, value);
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
