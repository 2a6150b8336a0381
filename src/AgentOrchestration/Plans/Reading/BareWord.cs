using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Reading;

/// <summary>A word without quotes, held until it has ended: a number, a literal of JSON or of Python, or a name.</summary>
/// <param name="output">Where it is written.</param>
/// <param name="repairs">Counts what was rewritten.</param>
internal sealed class BareWord(RelaxedJson output, RelaxedRepairs repairs)
{
    private const int Longest = 32;

    private readonly List<byte> _word = new(Longest);
    private bool _isEnded;
    private bool _isLong;
    private bool _isValue;

    public bool IsEmpty => _word.Count == 0;

    /// <summary>Gets a value that indicates whether it can be the name of a property.</summary>
    public bool IsName => _word.Count > 0 && !char.IsAsciiDigit((char)_word[0]) && _word.TrueForAll(letter => char.IsAsciiLetterOrDigit((char)letter) || letter is (byte)'_' or (byte)'$');

    /// <summary>Determines whether a byte can be part of a word.</summary>
    public static bool MayHold(byte next) => char.IsAsciiLetterOrDigit((char)next) || next is (byte)'_' or (byte)'$' or (byte)'-' or (byte)'+' or (byte)'.';

    /// <summary>Takes a byte of a word.</summary>
    /// <param name="next">The byte.</param>
    /// <param name="last">The byte before it that is no white space.</param>
    public void Take(byte next, byte last)
    {
        if (_isEnded)
        {
            Put();
        }

        if (_word.Count == Longest)
        {
            Put();
            _isLong = true;
        }

        output.PutComma();
        _isValue = _word.Count == 0 ? last == (byte)':' : _isValue;
        if (_isLong)
        {
            output.Put(next);
        }
        else
        {
            _word.Add(next);
        }
    }

    /// <summary>White space or a comment follows.</summary>
    public void End()
    {
        if (_word.Count > 0)
        {
            _isEnded = true;
        }
    }

    /// <summary>No word continues here, however long it was.</summary>
    public void Interrupt() => _isLong = false;

    /// <summary>Writes it as a name.</summary>
    public void PutName()
    {
        output.Put((byte)'"');
        output.OpenText();
        foreach (byte letter in _word)
        {
            output.Put(letter, isText: true);
        }

        output.Put((byte)'"');
        _word.Clear();
        _isEnded = false;
    }

    /// <summary>Writes it, as JSON where it has another form there.</summary>
    public void Put()
    {
        if (_word.Count == 0)
        {
            return;
        }

        string word = SurroundingText.Decode([.. _word]);
        string? literal = word switch { "True" => "true", "False" => "false", "None" => "null", _ => null };
        if (literal is not null)
        {
            repairs.Count(PlanRepairCode.Literal);
        }
        else if (word is "NaN" or "Infinity" or "+Infinity" or "-Infinity" && _isValue && PropertyNames.IsSpelling(output.Name, PropertyNames.EstimatedMinutes))
        {
            // The subtask decides what becomes of it.
            literal = $"\"{word}\"";
        }

        foreach (char letter in literal ?? word)
        {
            output.Put((byte)letter);
        }

        if (_isEnded)
        {
            output.Put((byte)' ');
        }

        _word.Clear();
        _isEnded = false;
    }
}
