using System.Text.Unicode;

namespace AgentOrchestration.Plans.Reading;

/// <summary>
/// Reads a plan while it is being written: bytes go in, in pieces of any size, and each subtask comes out with the byte that closes its
/// object. Does no I/O and holds no more than the object that is not closed yet. What it finds does not depend on the pieces. A model's
/// answer is hostile input: it is bounded before it is parsed. What has one meaning is read as that and recorded; all else is refused
/// rather than guessed at. Not thread-safe.
/// </summary>
/// <param name="limits">How much is read.</param>
/// <param name="isStrict">Nothing but what stands around the JSON is repaired: the answer is a plan that was saved.</param>
/// <param name="mayRequestSchemas">The answer may list task types whose schemas are requested; that list is not read here.</param>
internal sealed class PlanReader(PlanLimits limits, bool isStrict = false, bool mayRequestSchemas = false)
{
    /// <summary>What is looked at in one go; what is held grows by no more than that before it is read.</summary>
    private const int SliceLength = 4096;

    /// <summary>To read a byte costs as much as to read these: smaller pieces wait for others, until one may close an object.</summary>
    private const int HeldLength = 128;

    private static readonly IReadOnlyList<Subtask> None = [];

    private readonly AnswerScanner _answer = new(limits, isStrict, mayRequestSchemas);
    private readonly byte[] _held = new byte[HeldLength];
    private char _highSurrogate;
    private int _heldCount;
    private int _length;
    private bool _holdsInvalidText;

    /// <summary>Gets a value that indicates whether nothing more is read: a limit was exceeded, or what came is no JSON.</summary>
    public bool IsStopped => _answer.IsStopped;

    private bool IsTooLong => _length > limits.MaxAnswerLength;

    /// <summary>Continues reading.</summary>
    /// <param name="utf8">What came, in UTF-8.</param>
    /// <returns>The subtasks that it completed, in the plan's order; none any more once something is wrong.</returns>
    public IReadOnlyList<Subtask> Append(ReadOnlySpan<byte> utf8)
    {
        // Most pieces are a few letters long.
        if (utf8.Length <= limits.MaxAnswerLength - _length - _heldCount && TryHold(utf8))
        {
            return None;
        }

        AppendBytes(utf8);
        return _answer.Given();
    }

    /// <summary>Continues reading, in text as chat clients give it.</summary>
    /// <param name="text">What came. A surrogate pair may stand in two pieces.</param>
    /// <returns>The subtasks that it completed, in the plan's order; none any more once something is wrong.</returns>
    public IReadOnlyList<Subtask> Append(ReadOnlySpan<char> text)
    {
        if (_highSurrogate != 0 && text.Length > 0)
        {
            ReadOnlySpan<char> pair = [_highSurrogate, text[0]];
            _highSurrogate = default;
            AppendCharacters(pair);
            text = text[1..];
        }

        AppendCharacters(text);
        return _answer.Given();
    }

    /// <summary>Ends the reading.</summary>
    public PlanReadResult Complete()
    {
        if (_highSurrogate != 0)
        {
            RefuseInvalidText();
        }

        EndText();
        return _answer.Complete(_length, canGoBack: !IsTooLong && !_holdsInvalidText);
    }

    private void AppendBytes(ReadOnlySpan<byte> utf8)
    {
        int allowed = Math.Min(utf8.Length, Math.Max(0, limits.MaxAnswerLength - _length - _heldCount));
        for (int start = 0; start < allowed; start += SliceLength)
        {
            HoldOrRead(utf8[start..Math.Min(allowed, start + SliceLength)]);
        }

        if (allowed < utf8.Length && !IsTooLong)
        {
            EndText();
            _length = limits.MaxAnswerLength + 1;
            if (!IsStopped)
            {
                _answer.Stop(PlanDiagnosticCode.TooLarge, $"The answer has more than {limits.MaxAnswerLength} bytes.", $"At most {limits.MaxAnswerLength} are read; make a smaller plan.");
            }
        }
    }

    private void AppendCharacters(ReadOnlySpan<char> text)
    {
        Span<byte> utf8 = stackalloc byte[SliceLength];
        while (text.Length > 0 && !_holdsInvalidText && !IsTooLong)
        {
            Utf8.FromUtf16(text, utf8, out int read, out int written, replaceInvalidSequences: false, isFinalBlock: false);
            AppendBytes(utf8[..written]);
            text = text[read..];
            if (text.Length == 1 && char.IsHighSurrogate(text[0]))
            {
                _highSurrogate = text[0];
                return;
            }

            if (read == 0)
            {
                RefuseInvalidText();
            }
        }
    }

    private void RefuseInvalidText()
    {
        ReadHeld();
        _holdsInvalidText = true;
        if (!IsStopped)
        {
            _answer.Stop(PlanDiagnosticCode.Malformed, "This is not the JSON of a plan: it holds text that is not valid Unicode.", "Write whole characters.");
        }
    }

    private void HoldOrRead(ReadOnlySpan<byte> slice)
    {
        if (!TryHold(slice))
        {
            ReadHeld();
            Read(slice);
        }
    }

    /// <summary>Keeps a piece for later that closes no object.</summary>
    private bool TryHold(ReadOnlySpan<byte> slice)
    {
        if (!_answer.IsWithin || slice.Length > HeldLength - _heldCount || slice.Contains((byte)'}'))
        {
            return false;
        }

        slice.CopyTo(_held.AsSpan(_heldCount));
        _heldCount += slice.Length;
        return true;
    }

    private void ReadHeld()
    {
        if (_heldCount > 0)
        {
            ReadOnlySpan<byte> held = _held.AsSpan(0, _heldCount);
            _heldCount = 0;
            Read(held);
        }
    }

    private void Read(ReadOnlySpan<byte> slice)
    {
        _length += slice.Length;
        _answer.Feed(slice);
    }

    private void EndText()
    {
        ReadHeld();
        _answer.EndText();
    }
}
