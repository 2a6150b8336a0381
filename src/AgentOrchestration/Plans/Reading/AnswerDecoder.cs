using System.Buffers;
using System.Globalization;
using System.Text;

namespace AgentOrchestration.Plans.Reading;

/// <summary>
/// Decodes, once and in pieces of any size, JSON that was written as a JSON string or as HTML text. What cannot be decoded stays as it is,
/// for the JSON reader to refuse.
/// </summary>
/// <param name="encoding">How it is encoded.</param>
/// <param name="isQuoted">The string began with a quote, so that it ends with one.</param>
internal sealed class AnswerDecoder(AnswerEncoding encoding, bool isQuoted)
{
    private const int LongestEscape = 10;

    private readonly ArrayBufferWriter<byte> _decoded = new();
    private readonly List<byte> _escape = new(LongestEscape);
    private char _highSurrogate;

    /// <summary>Gets a value that indicates that the string has ended: what follows is not encoded.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Decodes the next piece.</summary>
    /// <returns>The decoded bytes, valid until the next call.</returns>
    public ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> piece)
    {
        _decoded.ResetWrittenCount();
        foreach (byte next in piece)
        {
            if (IsEnded)
            {
                Put(next);
            }
            else if (encoding == AnswerEncoding.Html)
            {
                TakeHtml(next);
            }
            else
            {
                TakeJson(next);
            }
        }

        return _decoded.WrittenSpan;
    }

    /// <summary>Finds the byte that an escape sequence represents.</summary>
    /// <param name="entity">The name between the ampersand and the semicolon.</param>
    /// <returns>The byte, or 0.</returns>
    public static byte OfEntity(ReadOnlySpan<byte> entity) => Encoding.ASCII.GetString(entity).ToUpperInvariant() switch
    {
        "QUOT" or "#34" or "#X22" => (byte)'"',
        "APOS" or "#39" or "#X27" => (byte)'\'',
        "AMP" or "#38" or "#X26" => (byte)'&',
        "LT" or "#60" or "#X3C" => (byte)'<',
        "GT" or "#62" or "#X3E" => (byte)'>',
        "NBSP" or "#160" or "#XA0" => (byte)' ',
        "#10" or "#XA" => (byte)'\n',
        "#13" or "#XD" => (byte)'\r',
        "#9" or "#X9" => (byte)'\t',
        _ => 0,
    };

    private void TakeHtml(byte next)
    {
        if (_escape.Count == 0)
        {
            if (next == (byte)'&')
            {
                _escape.Add(next);
            }
            else
            {
                Put(next);
            }

            return;
        }

        _escape.Add(next);
        byte meant = next == (byte)';' ? OfEntity([.. _escape.Skip(1).SkipLast(1)]) : (byte)0;
        if (meant != 0)
        {
            Put(meant);
            _escape.Clear();
        }
        else if (next == (byte)';' || _escape.Count == LongestEscape)
        {
            PutEscape();
        }
    }

    private void TakeJson(byte next)
    {
        if (_escape.Count > 0)
        {
            TakeEscape(next);
            return;
        }

        if (next == (byte)'\\')
        {
            _escape.Add(next);
            return;
        }

        PutSurrogate();
        if (next == (byte)'"' && isQuoted)
        {
            IsEnded = true;
        }
        else
        {
            Put(next);
        }
    }

    private void TakeEscape(byte next)
    {
        _escape.Add(next);
        if (_escape.Count == 2 && next != (byte)'u')
        {
            byte meant = next switch
            {
                (byte)'"' or (byte)'\\' or (byte)'/' => next,
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'t' => (byte)'\t',
                (byte)'b' => (byte)'\b',
                (byte)'f' => (byte)'\f',
                _ => 0,
            };
            PutSurrogate();
            if (meant == 0)
            {
                PutEscape();
                return;
            }

            Put(meant);
            _escape.Clear();
        }
        else if (_escape.Count > 2 && !char.IsAsciiHexDigit((char)next))
        {
            PutSurrogate();
            PutEscape();
        }
        else if (_escape.Count == 6)
        {
            char letter = (char)ushort.Parse(Encoding.ASCII.GetString([.. _escape.Skip(2)]), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            _escape.Clear();
            PutLetter(letter);
        }
    }

    private void PutLetter(char letter)
    {
        if (_highSurrogate != 0 && char.IsLowSurrogate(letter))
        {
            PutRune(new Rune(_highSurrogate, letter));
            _highSurrogate = default;
            return;
        }

        PutSurrogate();
        if (char.IsHighSurrogate(letter))
        {
            _highSurrogate = letter;
        }
        else if (char.IsLowSurrogate(letter))
        {
            PutHalf(letter);
        }
        else
        {
            PutRune(new Rune(letter));
        }
    }

    /// <summary>Half of a pair stays an escape sequence, which is refused with its place.</summary>
    private void PutSurrogate()
    {
        if (_highSurrogate != 0)
        {
            PutHalf(_highSurrogate);
            _highSurrogate = default;
        }
    }

    private void PutHalf(char half) => _decoded.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)half:x4}")));

    private void PutRune(Rune rune)
    {
        Span<byte> utf8 = stackalloc byte[4];
        _decoded.Write(utf8[..rune.EncodeToUtf8(utf8)]);
    }

    private void PutEscape()
    {
        _decoded.Write(_escape.ToArray());
        _escape.Clear();
    }

    private void Put(byte next)
    {
        _decoded.GetSpan(1)[0] = next;
        _decoded.Advance(1);
    }
}
