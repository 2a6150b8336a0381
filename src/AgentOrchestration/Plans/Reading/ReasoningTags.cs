using System.Text;

namespace AgentOrchestration.Plans.Reading;

/// <summary>Finds the blocks in which models reason before they answer: <c>&lt;think&gt;…&lt;/think&gt;</c> and its like.</summary>
internal sealed class ReasoningTags
{
    private const int LongestTag = 64;

    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "think", "thinking", "thought", "thoughts", "reasoning", "reason", "reflection", "analysis", "scratchpad", "internal_monologue", "seed:think", "ant_thinking", "antthinking",
    };

    private readonly List<byte> _tag = new(LongestTag);
    private byte _end;
    private string? _opened;

    /// <summary>What a byte has completed.</summary>
    public enum Found
    {
        Nothing,
        Opening,
        Closing,
    }

    /// <summary>Takes the next byte of text outside JSON.</summary>
    public Found Add(byte next)
    {
        if (next is (byte)'<' or (byte)'[')
        {
            _tag.Clear();
            _end = next == (byte)'<' ? (byte)'>' : (byte)']';
            return Found.Nothing;
        }

        if (_end == 0)
        {
            return Found.Nothing;
        }

        if (next != _end)
        {
            _tag.Add(next);
            _end = _tag.Count == LongestTag ? (byte)0 : _end;
            return Found.Nothing;
        }

        string tag = Encoding.ASCII.GetString([.. _tag]);
        bool isSquare = _end == (byte)']';
        _end = 0;
        bool isClosing = tag.StartsWith('/');
        string name = tag[(isClosing ? 1 : 0)..].Split(' ')[0];
        if (Names.Contains(name) && isClosing && _opened is not null && !name.Equals(_opened, StringComparison.OrdinalIgnoreCase))
        {
            return Found.Nothing;
        }

        if (Names.Contains(name))
        {
            _opened = isClosing ? null : _opened ?? name;
        }

        return !Names.Contains(name) || (isSquare && name.Any(char.IsAsciiLetterLower)) ? Found.Nothing : isClosing ? Found.Closing : Found.Opening;
    }
}
