using System.Buffers;

namespace AgentOrchestration.Plans.Reading;

/// <summary>
/// Says when unread bytes of JSON may hold a whole token. The reader starts over with an unfinished token each time it is called, so
/// that text which comes in small pieces would cost the square of its length; and it finds fault with a token sooner when more of it is
/// there. Asking here first makes the cost linear, and what is found independent of the pieces.
/// </summary>
internal struct JsonTokenBoundary
{
    private static readonly SearchValues<byte> QuoteOrEscape = SearchValues.Create("\"\\"u8);

    private Place _place;
    private int _scanned;
    private int _tokenStart;
    private bool _isEscaped;

    private enum Place
    {
        /// <summary>White space, commas and colons so far.</summary>
        Gap,

        /// <summary>Within a string.</summary>
        String,

        /// <summary>After a string, which is a name when a colon follows.</summary>
        AfterString,

        /// <summary>Within a number or a literal.</summary>
        Other,
    }

    /// <summary>How long the first token is, as far as it is there, without its quotes.</summary>
    public int TokenLength { get; private set; }

    /// <summary>Begins anew, before the first of the bytes.</summary>
    public void Reset() => this = default;

    /// <summary>Looks at what has come.</summary>
    /// <param name="unread">The bytes since the last token; those that were seen before among them.</param>
    /// <returns>Whether a token has ended since.</returns>
    public bool Advance(ReadOnlySpan<byte> unread)
    {
        while (_scanned < unread.Length)
        {
            if (_place == Place.String)
            {
                if (!EndString(unread))
                {
                    TokenLength = _scanned - _tokenStart;
                    return false;
                }

                _place = Place.AfterString;
                return true;
            }

            byte next = unread[_scanned++];
            switch (_place)
            {
                case Place.Gap when next == (byte)'"':
                    _place = Place.String;
                    _tokenStart = _scanned;
                    break;
                case Place.Gap when next is (byte)'{' or (byte)'}' or (byte)'[' or (byte)']':
                    return true;
                case Place.Gap when !IsBetweenTokens(next):
                    _place = Place.Other;
                    _tokenStart = _scanned - 1;
                    TokenLength = 1;
                    break;
                case Place.AfterString when !IsWhiteSpace(next):
                    return true;
                case Place.Other when !char.IsAsciiLetterOrDigit((char)next) && next is not ((byte)'+' or (byte)'-' or (byte)'.'):
                    return true;
                case Place.Other:
                    TokenLength = _scanned - _tokenStart;
                    break;
            }
        }

        return false;
    }

    private bool EndString(ReadOnlySpan<byte> unread)
    {
        while (_scanned < unread.Length)
        {
            if (_isEscaped)
            {
                _isEscaped = false;
                _scanned++;
                continue;
            }

            int found = unread[_scanned..].IndexOfAny(QuoteOrEscape);
            if (found < 0)
            {
                _scanned = unread.Length;
                return false;
            }

            _scanned += found + 1;
            if (unread[_scanned - 1] == (byte)'"')
            {
                TokenLength = _scanned - 1 - _tokenStart;
                return true;
            }

            _isEscaped = true;
        }

        return false;
    }

    private static bool IsBetweenTokens(byte next) => next is (byte)',' or (byte)':' || IsWhiteSpace(next);

    private static bool IsWhiteSpace(byte next) => next is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
