using System.Text;

namespace AgentOrchestration.Plans.Reading;

/// <summary>What stands around the JSON of an answer: how much, how it begins, and whether it is more than a code fence.</summary>
internal sealed class SurroundingText
{
    private const int MaxExcerpt = 80;

    private readonly List<byte> _excerpt = new(MaxExcerpt);
    private int _backticks;
    private bool _isFenceLine;
    private bool _hadProse;

    /// <summary>How many bytes that are no white space.</summary>
    public int Length { get; private set; }

    public bool HasFence { get; private set; }

    /// <summary>Whether there is anything beside fences.</summary>
    public bool HasProse { get; private set; }

    /// <summary>The last byte that is no white space, or 0.</summary>
    public byte Last { get; private set; }

    /// <summary>The beginning, whole characters only.</summary>
    public string Excerpt => Decode([.. _excerpt]).Trim();

    public void Add(byte next)
    {
        bool isLineEnd = next is (byte)'\n' or (byte)'\r';
        if (_excerpt.Count < MaxExcerpt && (Length > 0 || !IsWhiteSpace(next)))
        {
            _excerpt.Add(isLineEnd ? (byte)' ' : next);
        }

        if (!IsWhiteSpace(next))
        {
            _hadProse = HasProse;
        }

        if (next == (byte)'`')
        {
            _isFenceLine |= ++_backticks >= 3;
            HasFence |= _isFenceLine;
        }
        else
        {
            HasProse |= _backticks is 1 or 2;
            _backticks = 0;
            _isFenceLine &= !IsWhiteSpace(next);
            HasProse |= !_isFenceLine && !IsWhiteSpace(next);
        }

        if (!IsWhiteSpace(next))
        {
            Length++;
            Last = next;
        }
    }

    /// <summary>Takes back the quote that came last: it is part of what follows.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TakeBackQuote()
    {
        if (Last != (byte)'"')
        {
            return false;
        }

        int quote = _excerpt.LastIndexOf((byte)'"');
        if (quote >= 0 && Length <= MaxExcerpt)
        {
            _excerpt.RemoveRange(quote, _excerpt.Count - quote);
        }

        Length--;
        Last = 0;
        HasProse = _hadProse;
        return true;
    }

    /// <summary>Says that nothing more comes.</summary>
    public void End() => HasProse |= _backticks is 1 or 2;

    /// <summary>The text of bytes that may end within a character.</summary>
    public static string Decode(ReadOnlySpan<byte> text)
    {
        char[] characters = new char[text.Length];
        int length = Encoding.UTF8.GetDecoder().GetChars(text, characters, flush: false);
        return new string(characters, 0, length);
    }

    public static bool IsWhiteSpace(byte next) => next is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
