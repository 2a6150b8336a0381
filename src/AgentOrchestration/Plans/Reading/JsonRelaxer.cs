using System.Buffers;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Reading;

/// <summary>
/// Rewrites, in pieces of any size, what programs other than JSON writers take for JSON: comments, commas before a closing bracket, other
/// quotes or none, the literals of Python, white space of every kind. Only what has one meaning is rewritten; everything else passes as it
/// is, for the JSON reader to refuse. Ends with the bracket that closes the value.
/// </summary>
internal sealed class JsonRelaxer
{
    private const int LongestWord = 32;

    private readonly ArrayBufferWriter<byte> _written = new();
    private readonly List<byte> _word = new(LongestWord);
    private readonly List<byte> _wide = new(4);
    private readonly int[] _counts = new int[Enum.GetValues<PlanRepairCode>().Length];
    private readonly char[] _name = new char[LongestWord];
    private readonly int _endDepth;

    private Place _place;
    private int _depth;
    private int _nameLength;
    private byte _last;
    private bool _hasComma;
    private bool _isWordEnded;
    private bool _isLongWord;
    private bool _isValue;

    /// <param name="depth">How many brackets are open.</param>
    /// <param name="endDepth">How many are open when the value has ended.</param>
    /// <param name="name">The name of the property whose value comes next, as far as it is known.</param>
    /// <param name="isOpened">The last token has opened an object or an array, so that no comma may follow.</param>
    public JsonRelaxer(int depth, int endDepth, string name, bool isOpened)
    {
        (_depth, _endDepth, _last) = (depth, endDepth, name.Length > 0 ? (byte)':' : isOpened ? (byte)'[' : (byte)'"');
        _nameLength = Math.Min(name.Length, LongestWord);
        name.CopyTo(0, _name, 0, _nameLength);
    }

    private enum Place
    {
        Gap,
        Double,
        DoubleEscape,
        Single,
        SingleEscape,
        Curly,
        CurlyEscape,
        Slash,
        LineComment,
        BlockComment,
        BlockCommentStar,
        End,
    }

    /// <summary>Rewrites the next piece.</summary>
    /// <returns>The rewritten bytes, valid until the next call.</returns>
    public ReadOnlySpan<byte> Rewrite(ReadOnlySpan<byte> piece)
    {
        _written.ResetWrittenCount();
        foreach (byte next in piece)
        {
            Take(next);
        }

        return _written.WrittenSpan;
    }

    /// <summary>Records what was rewritten.</summary>
    public void Record(AnswerNotes notes)
    {
        foreach (PlanRepairCode code in Enum.GetValues<PlanRepairCode>())
        {
            int count = _counts[(int)code];
            if (count == 0)
            {
                continue;
            }

            (string found, string done, string reason) = code switch
            {
                PlanRepairCode.TrailingComma => ("comma before a closing bracket", "left out", "Nothing follows it."),
                PlanRepairCode.Comment => ("comment", "left out", "A comment is not part of the plan."),
                PlanRepairCode.Quotes => ("text or name in other quotes than JSON has, or without quotes", "written in JSON's quotes", "It ends where its own quote or name ends."),
                PlanRepairCode.Literal => ("literal of Python", "written as JSON's", "True, False and None have one meaning."),
                _ => ("space that is none in JSON", "written as a space", "Between values it has no meaning."),
            };
            notes.Repair(code, "", count == 1 ? $"There is a {found}." : $"There are {count} cases of a {found}.", $"It was {done}.", reason);
        }
    }

    private void Take(byte next)
    {
        switch (_place)
        {
            case Place.Gap:
                TakeGap(next);
                break;
            case Place.Double when next == (byte)'\\':
                _place = Place.DoubleEscape;
                break;
            case Place.Double:
                Put(next, isText: true);
                _place = next == (byte)'"' ? Close() : Place.Double;
                break;
            case Place.DoubleEscape or Place.SingleEscape or Place.CurlyEscape:
                TakeEscape(next);
                break;
            case Place.Single when next == (byte)'\'':
                Put((byte)'"');
                _place = Close();
                break;
            case Place.Single:
                TakeText(next, Place.SingleEscape);
                break;
            case Place.Curly:
                TakeCurly(next);
                break;
            case Place.Slash:
                TakeSlash(next);
                break;
            case Place.LineComment:
                _place = next is (byte)'\n' or (byte)'\r' ? Place.Gap : Place.LineComment;
                break;
            case Place.BlockComment or Place.BlockCommentStar:
                _place = next == (byte)'*' ? Place.BlockCommentStar : next == (byte)'/' && _place == Place.BlockCommentStar ? Place.Gap : Place.BlockComment;
                break;
            default:
                Put(next);
                break;
        }
    }

    private void TakeGap(byte next)
    {
        if (_wide.Count > 0 || next >= 0x80)
        {
            TakeWide(next);
            return;
        }

        if (IsWord(next))
        {
            TakeWord(next);
            return;
        }

        _isLongWord = false;
        switch (next)
        {
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                TakeSpace(next);
                return;
            case (byte)'/':
                _place = Place.Slash;
                return;
            case (byte)'#':
                Count(PlanRepairCode.Comment);
                _place = Place.LineComment;
                return;
            case (byte)':' when IsName():
                Count(PlanRepairCode.Quotes);
                PutName();
                break;
        }

        PutWord();
        switch (next)
        {
            case (byte)',' when !_hasComma && _last is not ((byte)'[' or (byte)'{' or (byte)':'):
                _hasComma = true;
                return;
            case (byte)']' or (byte)'}':
                Count(PlanRepairCode.TrailingComma, _hasComma ? 1 : 0);
                _hasComma = false;
                _depth--;
                break;
            case (byte)'[' or (byte)'{':
                _depth++;
                break;
            case (byte)'\'':
                Open(Place.Single);
                return;
        }

        PutComma();
        _last = next;
        Put(next);
        if (next == (byte)'"')
        {
            _nameLength = 0;
            _place = Place.Double;
        }
        else if (_depth == _endDepth && next is (byte)']' or (byte)'}')
        {
            _place = Place.End;
        }
    }

    private void TakeSpace(byte next)
    {
        if (_word.Count > 0)
        {
            _isWordEnded = true;
        }
        else if (!_hasComma)
        {
            Put(next);
        }
    }

    private void TakeWord(byte next)
    {
        if (_isWordEnded)
        {
            PutWord();
        }

        if (_word.Count == LongestWord)
        {
            PutWord();
            _isLongWord = true;
        }

        PutComma();
        _isValue = _word.Count == 0 ? _last == (byte)':' : _isValue;
        _last = next;
        if (_isLongWord)
        {
            Put(next);
        }
        else
        {
            _word.Add(next);
        }
    }

    private void TakeWide(byte next)
    {
        _wide.Add(next);
        if (_wide.Count < WideCharacter.LengthOf(_wide[0]))
        {
            return;
        }

        byte[] character = [.. _wide];
        _wide.Clear();
        if (WideCharacter.IsSpace(character))
        {
            Count(PlanRepairCode.WhiteSpace);
            TakeSpace((byte)' ');
            return;
        }

        PutWord();
        if (WideCharacter.IsOpeningQuote(character))
        {
            Open(Place.Curly);
            return;
        }

        PutComma();
        _written.Write(character);
    }

    private void TakeSlash(byte next)
    {
        if (next is (byte)'/' or (byte)'*')
        {
            Count(PlanRepairCode.Comment);
            _place = next == (byte)'*' ? Place.BlockComment : Place.LineComment;
            if (_word.Count > 0)
            {
                _isWordEnded = true;
            }

            return;
        }

        _place = Place.Gap;
        PutWord();
        PutComma();
        Put((byte)'/');
        Take(next);
    }

    private void TakeCurly(byte next)
    {
        if (_wide.Count == 0 && next < 0x80)
        {
            TakeText(next, Place.CurlyEscape);
            return;
        }

        _wide.Add(next);
        if (_wide.Count < WideCharacter.LengthOf(_wide[0]))
        {
            return;
        }

        byte[] character = [.. _wide];
        _wide.Clear();
        if (WideCharacter.IsClosingQuote(character))
        {
            Put((byte)'"');
            _place = Close();
        }
        else
        {
            _written.Write(character);
        }
    }

    /// <summary>Takes a byte of a text in other quotes.</summary>
    private void TakeText(byte next, Place escape)
    {
        switch (next)
        {
            case (byte)'\\':
                _place = escape;
                break;
            case (byte)'"':
                Put((byte)'\\');
                Put(next);
                break;
            default:
                Put(next, isText: true);
                break;
        }
    }

    private void TakeEscape(byte next)
    {
        switch (next)
        {
            case (byte)'\'':
                Count(PlanRepairCode.Quotes, _place == Place.DoubleEscape ? 1 : 0);
                Put(next);
                break;
            case (byte)'x' when _place == Place.SingleEscape:
                _written.Write("\\u00"u8);
                break;
            default:
                Put((byte)'\\');
                Put(next);
                break;
        }

        _place = _place switch { Place.DoubleEscape => Place.Double, Place.SingleEscape => Place.Single, _ => Place.Curly };
    }

    private void Open(Place place)
    {
        Count(PlanRepairCode.Quotes);
        PutComma();
        Put((byte)'"');
        _nameLength = 0;
        _last = (byte)'"';
        _place = place;
    }

    private Place Close()
    {
        _last = (byte)'"';
        return Place.Gap;
    }

    private bool IsName() => _word.Count > 0 && !char.IsAsciiDigit((char)_word[0]) && _word.TrueForAll(letter => char.IsAsciiLetterOrDigit((char)letter) || letter is (byte)'_' or (byte)'$');

    private void PutName()
    {
        Put((byte)'"');
        _nameLength = 0;
        foreach (byte letter in _word)
        {
            Put(letter, isText: true);
        }

        Put((byte)'"');
        _word.Clear();
        _isWordEnded = false;
    }

    private void PutWord()
    {
        if (_word.Count == 0)
        {
            return;
        }

        string word = SurroundingText.Decode([.. _word]);
        string? literal = word switch { "True" => "true", "False" => "false", "None" => "null", _ => null };
        if (literal is not null)
        {
            Count(PlanRepairCode.Literal);
        }
        else if (word is "NaN" or "Infinity" or "+Infinity" or "-Infinity" && _isValue && PropertyNames.IsSpelling(new string(_name, 0, _nameLength), PropertyNames.EstimatedMinutes))
        {
            // The subtask decides what becomes of it.
            literal = $"\"{word}\"";
        }

        foreach (char letter in literal ?? word)
        {
            Put((byte)letter);
        }

        if (_isWordEnded)
        {
            Put((byte)' ');
        }

        _word.Clear();
        _isWordEnded = false;
    }

    private void PutComma()
    {
        if (_hasComma)
        {
            Put((byte)',');
            _hasComma = false;
        }
    }

    private void Put(byte next, bool isText = false)
    {
        _written.GetSpan(1)[0] = next;
        _written.Advance(1);
        if (isText && next != (byte)'"' && _nameLength < LongestWord)
        {
            _name[_nameLength++] = (char)next;
        }
    }

    private void Count(PlanRepairCode code, int count = 1) => _counts[(int)code] += count;

    private static bool IsWord(byte next) => char.IsAsciiLetterOrDigit((char)next) || next is (byte)'_' or (byte)'$' or (byte)'-' or (byte)'+' or (byte)'.';
}
