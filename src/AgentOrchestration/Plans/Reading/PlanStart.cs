namespace AgentOrchestration.Plans.Reading;

/// <summary>Decides whether a bracket in the text of an answer begins JSON: an object with a name in it, or a list of such objects.</summary>
internal static class PlanStart
{
    private const int LongestName = 64;
    private const int NeedsMore = -1;
    private const int IsNone = -2;
    private const int Curly = 0x201C;

    /// <summary>Decides on a beginning.</summary>
    /// <param name="text">The bracket and what follows it.</param>
    /// <param name="encoding">How the JSON is encoded, where it begins.</param>
    /// <returns>Whether it begins JSON; <see langword="null"/> when more has to come first.</returns>
    public static bool? Of(ReadOnlySpan<byte> text, out AnswerEncoding encoding)
    {
        bool? verdict = false;
        for (encoding = AnswerEncoding.None; encoding <= AnswerEncoding.Html && verdict == false; encoding++)
        {
            verdict = Of(text, encoding);
        }

        encoding--;
        return verdict;
    }

    private static bool? Of(ReadOnlySpan<byte> text, AnswerEncoding encoding)
    {
        int place = 1;
        int next = Significant(text, ref place, encoding);
        if (text[0] == (byte)'[')
        {
            if (next != '{')
            {
                return next == NeedsMore ? null : false;
            }

            next = Significant(text, ref place, encoding);
        }

        return next switch
        {
            NeedsMore => null,
            '"' => true,
            '}' => encoding == AnswerEncoding.None,
            '\'' => NameEnds(text, ref place, encoding, '\''),
            Curly => NameEnds(text, ref place, encoding, Curly + 1),
            _ when encoding == AnswerEncoding.None && IsNameStart(next) => NameEnds(text, ref place, encoding, end: 0),
            _ => false,
        };
    }

    /// <summary>A name in another kind of quotes, or without any, is one when a colon follows: else it is prose in braces.</summary>
    private static bool? NameEnds(ReadOnlySpan<byte> text, ref int place, AnswerEncoding encoding, int end)
    {
        int next;
        for (int length = 0; ; length++)
        {
            int before = place;
            next = Unit(text, ref place, encoding);
            if (next == NeedsMore)
            {
                return null;
            }

            if (end != 0 && next == end)
            {
                break;
            }

            if (length == LongestName || !(IsNameStart(next) || next is (>= '0' and <= '9') or '-'))
            {
                if (end != 0)
                {
                    return false;
                }

                place = before;
                break;
            }
        }

        next = Significant(text, ref place, encoding);
        return next == NeedsMore ? null : next == ':';
    }

    private static bool IsNameStart(int next) => next is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or '_' or '$';

    /// <summary>Reads over white space and comments.</summary>
    private static int Significant(ReadOnlySpan<byte> text, ref int place, AnswerEncoding encoding)
    {
        while (true)
        {
            int next = Unit(text, ref place, encoding);
            if (next is ' ' or '\t' or '\r' or '\n')
            {
                continue;
            }

            if (encoding != AnswerEncoding.None || next is not ('/' or '#'))
            {
                return next;
            }

            if (next == '/' && place == text.Length)
            {
                return NeedsMore;
            }

            int kind = next == '#' ? '/' : text[place++];
            if (kind is not ('/' or '*'))
            {
                return IsNone;
            }

            ReadOnlySpan<byte> end = kind == '*' ? "*/"u8 : "\n"u8;
            int found = text[place..].IndexOf(end);
            if (found < 0)
            {
                return NeedsMore;
            }

            place += found + end.Length;
        }
    }

    /// <summary>Reads one character, decoded; every kind of white space is a space.</summary>
    private static int Unit(ReadOnlySpan<byte> text, ref int place, AnswerEncoding encoding)
    {
        if (place == text.Length)
        {
            return NeedsMore;
        }

        byte next = text[place];
        switch (encoding)
        {
            case AnswerEncoding.JsonString when next == (byte)'\\':
                return Escape(text, ref place);
            case AnswerEncoding.Html when next == (byte)'&':
                return Entity(text, ref place);
            case not AnswerEncoding.None when next == (byte)'"':
                return IsNone;
        }

        if (next < 0x80)
        {
            place++;
            return next;
        }

        int length = WideCharacter.LengthOf(next);
        if (place + length > text.Length)
        {
            return NeedsMore;
        }

        ReadOnlySpan<byte> wide = text.Slice(place, length);
        place += length;
        return WideCharacter.IsSpace(wide) ? ' ' : WideCharacter.IsOpeningQuote(wide) ? Curly : WideCharacter.IsClosingQuote(wide) ? Curly + 1 : IsNone;
    }

    private static int Escape(ReadOnlySpan<byte> text, ref int place)
    {
        if (place + 1 == text.Length)
        {
            return NeedsMore;
        }

        byte kind = text[place + 1];
        if (kind == (byte)'u')
        {
            ReadOnlySpan<byte> digits = text[(place + 2)..];
            if (digits.Length < 4)
            {
                return NeedsMore;
            }

            place += 6;
            return digits[..4].SequenceEqual("0022"u8) ? '"' : digits[..4].SequenceEqual("0027"u8) ? '\'' : IsNone;
        }

        place += 2;
        return kind switch { (byte)'"' => '"', (byte)'n' or (byte)'r' or (byte)'t' => ' ', _ => IsNone };
    }

    private static int Entity(ReadOnlySpan<byte> text, ref int place)
    {
        const int Longest = 8;
        int length = text[place..].IndexOf((byte)';');
        if (length < 0)
        {
            return text.Length - place > Longest ? IsNone : NeedsMore;
        }

        byte meant = length > Longest ? (byte)0 : AnswerDecoder.OfEntity(text.Slice(place + 1, length - 1));
        place += length + 1;
        return meant == 0 ? IsNone : meant;
    }
}
