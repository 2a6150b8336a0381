using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Reading;

/// <summary>
/// Rewrites, in pieces of any size, what programs other than JSON writers take for JSON: comments, commas before a closing bracket, other
/// quotes or none, the literals of Python, white space of every kind. Only what has one meaning is rewritten; everything else passes as it
/// is, for the JSON reader to refuse. Ends with the bracket that closes the value.
/// </summary>
internal sealed class JsonRelaxer
{
    private readonly RelaxedJson _output;
    private readonly RelaxedRepairs _repairs = new();
    private readonly BareWord _word;
    private readonly List<byte> _wide = new(4);
    private readonly int _endDepth;

    private Place _place;
    private int _depth;
    private byte _last;

    /// <param name="depth">How many brackets are open.</param>
    /// <param name="endDepth">How many are open when the value has ended.</param>
    /// <param name="name">The name of the property whose value comes next, as far as it is known.</param>
    /// <param name="isOpened">The last token has opened an object or an array, so that no comma may follow.</param>
    public JsonRelaxer(int depth, int endDepth, string name, bool isOpened)
    {
        (_depth, _endDepth, _last) = (depth, endDepth, name.Length > 0 ? (byte)':' : isOpened ? (byte)'[' : (byte)'"');
        _output = new RelaxedJson(name);
        _word = new BareWord(_output, _repairs);
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
        _output.Clear();
        foreach (byte next in piece)
        {
            Take(next);
        }

        return _output.Written;
    }

    /// <summary>Records what was rewritten.</summary>
    public void Record(AnswerNotes notes) => _repairs.Record(notes);

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
                _output.Put(next, isText: true);
                _place = next == (byte)'"' ? Close() : Place.Double;
                break;
            case Place.DoubleEscape or Place.SingleEscape or Place.CurlyEscape:
                TakeEscape(next);
                break;
            case Place.Single when next == (byte)'\'':
                _output.Put((byte)'"');
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
                _output.Put(next);
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

        if (BareWord.MayHold(next))
        {
            _word.Take(next, _last);
            _last = next;
            return;
        }

        _word.Interrupt();
        switch (next)
        {
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                TakeSpace(next);
                return;
            case (byte)'/':
                _place = Place.Slash;
                return;
            case (byte)'#':
                _repairs.Count(PlanRepairCode.Comment);
                _place = Place.LineComment;
                return;
            case (byte)':' when _word.IsName:
                _repairs.Count(PlanRepairCode.Quotes);
                _word.PutName();
                break;
        }

        _word.Put();
        switch (next)
        {
            case (byte)',' when !_output.HasComma && _last is not ((byte)'[' or (byte)'{' or (byte)':'):
                _output.HasComma = true;
                return;
            case (byte)']' or (byte)'}':
                _repairs.Count(PlanRepairCode.TrailingComma, _output.HasComma ? 1 : 0);
                _output.HasComma = false;
                _depth--;
                break;
            case (byte)'[' or (byte)'{':
                _depth++;
                break;
            case (byte)'\'':
                Open(Place.Single);
                return;
        }

        _output.PutComma();
        _last = next;
        _output.Put(next);
        if (next == (byte)'"')
        {
            _output.OpenText();
            _place = Place.Double;
        }
        else if (_depth == _endDepth && next is (byte)']' or (byte)'}')
        {
            _place = Place.End;
        }
    }

    private void TakeSpace(byte next)
    {
        if (!_word.IsEmpty)
        {
            _word.End();
        }
        else if (!_output.HasComma)
        {
            _output.Put(next);
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
            _repairs.Count(PlanRepairCode.WhiteSpace);
            TakeSpace((byte)' ');
            return;
        }

        _word.Put();
        if (WideCharacter.IsOpeningQuote(character))
        {
            Open(Place.Curly);
            return;
        }

        _output.PutComma();
        _output.Put(character);
    }

    private void TakeSlash(byte next)
    {
        if (next is (byte)'/' or (byte)'*')
        {
            _repairs.Count(PlanRepairCode.Comment);
            _place = next == (byte)'*' ? Place.BlockComment : Place.LineComment;
            _word.End();
            return;
        }

        _place = Place.Gap;
        _word.Put();
        _output.PutComma();
        _output.Put((byte)'/');
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
            _output.Put((byte)'"');
            _place = Close();
        }
        else
        {
            _output.Put(character);
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
                _output.Put((byte)'\\');
                _output.Put(next);
                break;
            default:
                _output.Put(next, isText: true);
                break;
        }
    }

    private void TakeEscape(byte next)
    {
        switch (next)
        {
            case (byte)'\'':
                _repairs.Count(PlanRepairCode.Quotes, _place == Place.DoubleEscape ? 1 : 0);
                _output.Put(next);
                break;
            case (byte)'x' when _place == Place.SingleEscape:
                _output.Put("\\u00"u8);
                break;
            default:
                _output.Put((byte)'\\');
                _output.Put(next);
                break;
        }

        _place = _place switch { Place.DoubleEscape => Place.Double, Place.SingleEscape => Place.Single, _ => Place.Curly };
    }

    private void Open(Place place)
    {
        _repairs.Count(PlanRepairCode.Quotes);
        _output.PutComma();
        _output.Put((byte)'"');
        _output.OpenText();
        _last = (byte)'"';
        _place = place;
    }

    private Place Close()
    {
        _last = (byte)'"';
        return Place.Gap;
    }
}
