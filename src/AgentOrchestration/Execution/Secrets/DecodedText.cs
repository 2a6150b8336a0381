using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace AgentOrchestration.Execution.Secrets;

/// <summary>
/// A text in which everything is decoded that writers of URLs, JSON, HTML, XML and source code put for a character, in any mix and one within another,
/// with the place of each character in the text. One pass: whatever ends at a character is decoded when it is read. What can be read in two ways is
/// folded: a plus is a space, a line end is an n, and a backslash before another character is left out, as it may stand for itself or escape that. Where what was decoded is decoded
/// again, it is left out at the end: before that, it is not known what it is before.
/// </summary>
internal sealed class DecodedText : IDisposable
{
    // Bytes from outside of ASCII that are not whole characters of UTF-8 yet, as characters that no text has a use for.
    private const char FirstByte = '\uF780';
    private const char LastByte = '\uF7FF';
    private const int LongestEntity = 12;
    private const int LongestBraces = 10;

    /// <summary>What something begins with that represents another character, and what represents a space.</summary>
    private static readonly SearchValues<char> Signs = SearchValues.Create("%\\&+");

    private readonly bool _isRepeated;
    private readonly char[] _chars;
    private readonly int[] _begins;
    private readonly int[] _ends;
    private int _length;
    private int _floor;
    private readonly int _open;

    private DecodedText(ReadOnlySpan<char> text, bool isRepeated)
    {
        _isRepeated = isRepeated;
        _chars = ArrayPool<char>.Shared.Rent(text.Length);
        _begins = ArrayPool<int>.Shared.Rent(text.Length);
        _ends = ArrayPool<int>.Shared.Rent(text.Length);
        for (int at = 0; at < text.Length; at++)
        {
            if (isRepeated && at > 0 && text[at] == '\\' && text[at - 1] == '\\')
            {
                // Several may begin something that represents another character.
                _ends[_length - 1] = at + 1;
                continue;
            }

            Append(text[at], at, at + 1);
            while (TryDecodeEnd(at + 1) && isRepeated)
            {
            }
        }

        _open = FindOpen();
        if (isRepeated)
        {
            _open -= LeaveOutBackslashes(_open);
        }
    }

    /// <summary>Gets the decoded characters.</summary>
    public ReadOnlySpan<char> Characters => _chars.AsSpan(0, _length);

    /// <summary>Gets the first of the last characters that may be the beginning of something that represents another character; their number when there is none.</summary>
    public int Open => _open;

    /// <summary>Gets whether anything was decoded out of what had been decoded.</summary>
    public bool IsNested { get; private set; }

    /// <summary>Determines whether a text may hold anything that represents another character.</summary>
    public static bool MayDiffer(ReadOnlySpan<char> text) => text.ContainsAny(Signs);

    /// <summary>Decodes a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isRepeated">Whether what was decoded is decoded again, as often as it can be.</param>
    public static DecodedText Of(ReadOnlySpan<char> text, bool isRepeated) => new(text, isRepeated);

    /// <summary>Returns the decoded form of a secret, without backslashes at its end: before anything else they are left out.</summary>
    public static string Decode(string text)
    {
        using DecodedText decoded = Of(text, isRepeated: true);
        return decoded.Characters.TrimEnd('\\').ToString();
    }

    /// <summary>Returns a text as it reads when it was written as a whole, and that was decoded.</summary>
    public static string Fold(string text) => string.Concat(text.Select(Folded));

    /// <summary>Returns a text as it decodes when its characters outside of ASCII were written as single bytes.</summary>
    /// <returns><see langword="null"/> when it has none, or others than such bytes.</returns>
    public static string? DecodedBytes(string text) =>
        text.All(static character => character <= byte.MaxValue) && text.Any(static character => !char.IsAscii(character))
            ? string.Concat(text.Select(static character => char.IsAscii(character) ? character : (char)(FirstByte + (character - 0x80))))
            : null;

    /// <summary>Returns the place in the text where a decoded character begins.</summary>
    public int BeginOf(int character) => _begins[character];

    /// <summary>Returns the place in the text where a decoded character begins, with the backslashes before it that were left out.</summary>
    public int StartOf(int character) => character == 0 ? 0 : _ends[character - 1];

    /// <summary>Returns the place in the text behind a decoded character.</summary>
    public int EndOf(int character) => _ends[character];

    public void Dispose()
    {
        ArrayPool<char>.Shared.Return(_chars, clearArray: true);
        ArrayPool<int>.Shared.Return(_begins);
        ArrayPool<int>.Shared.Return(_ends);
    }

    private int FindOpen()
    {
        int open = _length;
        for (int at = _length - 1; at >= Math.Max(0, _length - (2 * LongestEntity)); at--)
        {
            open = CanGoOn(Characters[at..]) ? at : open;
        }

        while (open > 0 && IsByte(_chars[open - 1]))
        {
            open--;
        }

        return open;
    }

    /// <summary>Leaves out the backslashes before other characters.</summary>
    /// <returns>How many of them were before one.</returns>
    private int LeaveOutBackslashes(int before)
    {
        int left = Characters.IndexOf('\\');
        if (left < 0)
        {
            return 0;
        }

        int count = 0;
        int kept = left;
        for (int at = left; at < _length; at++)
        {
            if (_chars[at] == '\\' && at < _length - 1)
            {
                // Decoded once, it is there.
                IsNested |= _ends[at] - _begins[at] > 1;
                count += at < before ? 1 : 0;
                continue;
            }

            (_chars[kept], _begins[kept], _ends[kept]) = (_chars[at], _begins[at], _ends[at]);
            kept++;
        }

        _length = kept;
        return count;
    }

    private static bool CanGoOn(ReadOnlySpan<char> end)
    {
        bool areLetters = true;
        foreach (char next in end[1..])
        {
            // One of these may still become a letter.
            areLetters &= char.IsAsciiLetterOrDigit(next) || next is '#' or '{' or '%' or '\\' or '&';
        }

        return areLetters && end[0] switch
        {
            '%' => end.Length < 2 * LongestBraces,
            '\\' => end.Length < 2 * LongestBraces,
            '&' => true,
            _ => false,
        };
    }

    private static bool IsByte(char character) => character is >= FirstByte and <= LastByte;

    private static char Folded(char character) => character switch
    {
        '+' => ' ',
        '\n' => 'n',
        '\r' => 'r',
        '\t' => 't',
        '\b' => 'b',
        '\f' => 'f',
        _ => character,
    };

    private void Append(char character, int begin, int end)
    {
        _chars[_length] = Folded(character);
        _begins[_length] = begin;
        _ends[_length] = end;
        _length++;
    }

    /// <summary>Decodes what ends with the last character.</summary>
    private bool TryDecodeEnd(int end)
    {
        char last = _chars[_length - 1];
        return last switch
        {
            ';' => TryDecodeEntity(end),
            '}' => TryDecodeBraces(end),
            _ when char.IsAsciiHexDigit(last) && TryDecodeHex(end) => true,
            _ => last is not ('u' or 'U' or 'x' or 'X') && TryDropBackslash(end),
        };
    }

    /// <summary>Leaves out the backslash before the last character.</summary>
    private bool TryDropBackslash(int end)
    {
        if (_isRepeated || !From(2, '\\'))
        {
            return false;
        }

        // Two of them may begin something that represents another character.
        int begin = _begins[_length - (_chars[_length - 1] == '\\' ? 2 : 1)];
        Replace(2, _chars[_length - 1], end);
        _begins[_length - 1] = begin;
        return true;
    }

    private bool TryDecodeHex(int end) =>
        (From(3, '%') && TryReadHex(2, out uint value) && Replace(3, OfByte(value), end))
        || (From(4, '\\', 'x') && TryReadHex(2, out value) && Replace(4, OfByte(value), end))
        || ((From(6, '\\', 'u') || From(6, '%', 'u')) && TryReadHex(4, out value) && Replace(6, (char)value, end))
        || (From(10, '\\', 'U') && TryReadHex(8, out value) && ReplaceByRune(10, value, end));

    private bool TryDecodeBraces(int end)
    {
        for (int length = 5; length <= LongestBraces + 1; length++)
        {
            if (From(length, '\\', 'u') && _chars[_length - length + 2] == '{')
            {
                return uint.TryParse(_chars.AsSpan(_length - length + 3, length - 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value) && ReplaceByRune(length, value, end);
            }
        }

        return TryDropBackslash(end);
    }

    private bool TryDecodeEntity(int end)
    {
        for (int length = 4; length <= LongestEntity; length++)
        {
            if (From(length, '&'))
            {
                ReadOnlySpan<char> name = _chars.AsSpan(_length - length + 1, length - 2);
                return name[0] != '#' ? TryDecodeName(length, end)
                    : name.Length > 1 && (name[1] is 'x' or 'X'
                        ? uint.TryParse(name[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint value)
                        : uint.TryParse(name[1..], NumberStyles.None, CultureInfo.InvariantCulture, out value)) && ReplaceByRune(length, value, end);
            }
        }

        return TryDropBackslash(end);
    }

    private bool TryDecodeName(int length, int end)
    {
        string decoded = WebUtility.HtmlDecode(new string(_chars, _length - length, length));
        return decoded.Length == 1 && Replace(length, decoded[0], end);
    }

    /// <summary>Whether the last characters begin with some, and nothing of them was decoded before, unless that is repeated.</summary>
    private bool From(int length, char first) => _length - length >= (_isRepeated ? 0 : _floor) && _chars[_length - length] == first;

    private bool From(int length, char first, char second) => From(length, first) && _chars[_length - length + 1] == second;

    private bool TryReadHex(int digits, out uint value) =>
        uint.TryParse(_chars.AsSpan(_length - digits, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private static char OfByte(uint value) => value < 0x80 ? (char)value : (char)(FirstByte + (value - 0x80));

    private bool ReplaceByRune(int length, uint value, int end)
    {
        if (value < 0x10000)
        {
            return Replace(length, (char)value, end);
        }

        if (!Rune.TryCreate(value, out Rune rune))
        {
            return false;
        }

        Span<char> pair = stackalloc char[2];
        rune.EncodeToUtf16(pair);
        Replace(length, pair[0], end);
        Append(pair[1], _begins[_length - 1], end);
        _floor = _length;
        return true;
    }

    private bool Replace(int length, char character, int end)
    {
        IsNested |= _length - length < _floor;
        _length -= length;
        Append(character, _begins[_length], end);
        if (IsByte(character))
        {
            JoinBytes(end);
        }

        _floor = _length;
        return true;
    }

    /// <summary>Makes a character of the last bytes when they are one of UTF-8.</summary>
    private void JoinBytes(int end)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (int count = 2; count <= Math.Min(4, _length) && IsByte(_chars[_length - count]); count++)
        {
            for (int i = 0; i < count; i++)
            {
                bytes[i] = (byte)(_chars[_length - count + i] - FirstByte + 0x80);
            }

            if (Rune.DecodeFromUtf8(bytes[..count], out Rune rune, out int read) == OperationStatus.Done && read == count)
            {
                Span<char> characters = stackalloc char[2];
                int written = rune.EncodeToUtf16(characters);
                _length -= count;
                int begin = _begins[_length];
                for (int i = 0; i < written; i++)
                {
                    Append(characters[i], begin, end);
                }

                return;
            }
        }
    }
}
