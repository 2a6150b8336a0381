using System.Text;
using System.Text.RegularExpressions;

namespace AgentOrchestration.Planning;

/// <summary>The form of goals that a template answers: text with slots in it.</summary>
internal sealed partial class GoalPattern
{
    /// <summary>A topic is a phrase. What is longer is another kind of request, and would be copied to every place of its slot.</summary>
    private const int LongestValue = 1_000;

    private readonly Regex _goal;

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

            pattern.Append(Regex.Escape(text[end..slot.Index])).Append("(?<").Append('s').Append(Slots.Count).Append(">.+?)");
            Slots.Add(name);
            end = slot.Index + slot.Length;
        }

        pattern.Append(Regex.Escape(text[end..])).Append(@"\s*\z");

        // Without backtracking no goal, however it is made, takes more than linear time.
        _goal = new Regex(pattern.ToString(), RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    }

    /// <summary>The names of the slots, in their order.</summary>
    public List<string> Slots { get; } = [];

    /// <summary>What stands in the places of the slots; <see langword="null"/> when the goal has another form.</summary>
    public Dictionary<string, string>? Match(string goal)
    {
        if (_goal.Match(goal) is not { Success: true } match)
        {
            return null;
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((int index, string name) in Slots.Index())
        {
            string value = match.Groups[$"s{index}"].Value.Trim();
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
