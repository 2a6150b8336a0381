using System.Text.Unicode;
using AgentOrchestration.Plans;

namespace AgentOrchestration.Planning;

/// <summary>
/// Reads a plan while it is being written: bytes go in, in pieces of any size, and each subtask comes out with the byte that closes its
/// object. Does no I/O and holds no more than the object that is not closed yet. What it finds does not depend on the pieces. A model's
/// answer is hostile input: it is bounded before it is parsed, and refused rather than guessed at. Not thread-safe.
/// </summary>
/// <param name="options">How much is read.</param>
internal sealed class PlanReader(PlanningOptions options)
{
    /// <summary>What is looked at in one go; what is held grows by no more than that before it is read.</summary>
    private const int SliceLength = 4096;

    /// <summary>To read a byte costs as much as to read these: smaller pieces wait for others, until one may close an object.</summary>
    private const int HeldLength = 64;

    private const int MaxExcerpt = 40;

    private static readonly IReadOnlyList<Subtask> None = [];

    private readonly List<PlanDiagnostic> _diagnostics = [];
    private readonly List<byte> _excerpt = [];
    private readonly byte[] _held = new byte[HeldLength];
    private readonly SurroundingText _before = new();
    private readonly SurroundingText _after = new();
    private PlanObject? _plan;

    private Phase _phase;
    private bool _isBraceOpen;
    private char _highSurrogate;
    private int _heldCount;
    private int _length;
    private int _brokenAt;
    private bool _holdsInvalidText;

    private enum Phase
    {
        Before,
        Within,
        After,
        Broken,
        Stopped,
    }

    /// <summary>Whether nothing more is read: a limit was exceeded, or what came is no JSON.</summary>
    public bool IsStopped => _phase is Phase.Broken or Phase.Stopped;

    private bool IsTooLong => _length > options.MaxAnswerLength;

    private int SoundCount => _plan?.SoundCount ?? 0;

    /// <summary>Reads on.</summary>
    /// <param name="utf8">What came, in UTF-8.</param>
    /// <returns>The subtasks that it completed, in the plan's order; none any more once something is wrong.</returns>
    public IReadOnlyList<Subtask> Append(ReadOnlySpan<byte> utf8)
    {
        int before = SoundCount;
        int allowed = Math.Min(utf8.Length, Math.Max(0, options.MaxAnswerLength - _length - _heldCount));
        for (int start = 0; start < allowed; start += SliceLength)
        {
            HoldOrRead(utf8[start..Math.Min(allowed, start + SliceLength)]);
        }

        if (allowed < utf8.Length && !IsTooLong)
        {
            EndText();
            _length = options.MaxAnswerLength + 1;
            if (!IsStopped)
            {
                Stop(PlanDiagnosticCode.TooLarge, "", $"The answer has more than {options.MaxAnswerLength} bytes.", $"At most {options.MaxAnswerLength} are read; make a smaller plan.");
            }
        }

        return SoundCount == before ? None : _plan!.Subtasks.GetRange(before, SoundCount - before);
    }

    /// <summary>Reads on, in text as chat clients give it.</summary>
    /// <param name="text">What came. A surrogate pair may stand in two pieces.</param>
    /// <returns>The subtasks that it completed, in the plan's order; none any more once something is wrong.</returns>
    public IReadOnlyList<Subtask> Append(ReadOnlySpan<char> text)
    {
        int before = SoundCount;
        if (_highSurrogate != 0 && text.Length > 0)
        {
            ReadOnlySpan<char> pair = [_highSurrogate, text[0]];
            _highSurrogate = default;
            AppendCharacters(pair);
            text = text[1..];
        }

        AppendCharacters(text);
        return SoundCount == before ? None : _plan!.Subtasks.GetRange(before, SoundCount - before);
    }

    /// <summary>Ends the reading.</summary>
    public PlanReading Complete()
    {
        if (_highSurrogate != 0)
        {
            RefuseInvalidText();
        }

        EndText();
        _before.End();
        _after.End();
        switch (_phase)
        {
            case Phase.Before when !_isBraceOpen:
                _diagnostics.Add(AnswerDiagnostic.Malformed("", $"there is no JSON object in it{(_before.Length == 0 ? "; it is empty" : $": \"{_before.Excerpt}\"")}."));
                break;
            case Phase.Before or Phase.Within:
                _diagnostics.Add(new PlanDiagnostic(
                    PlanDiagnosticCode.CutOff, _plan?.Place() ?? "",
                    $"The answer ends after {_length} bytes, before its JSON does; {_plan?.Subtasks.Count ?? 0} subtasks were read to their end.",
                    "Write the whole plan; make it smaller if it does not fit."));
                break;
            case Phase.Broken:
                _diagnostics.Add(AnswerDiagnostic.Malformed(_plan!.Place(), $"what follows after {_brokenAt} bytes cannot stand there: \"{SurroundingText.Decode([.. _excerpt]).Trim()}\"."));
                break;
            case Phase.After:
                _plan!.CheckWhole();
                break;
        }

        return new PlanReading(new TaskPlan { Goal = _plan?.Goal ?? "", Subtasks = _plan?.Subtasks ?? [], Repairs = Repairs() }, _diagnostics)
        {
            IsWhole = _phase == Phase.After,
            CanGoBack = !IsTooLong && !_holdsInvalidText,
        };
    }

    private void AppendCharacters(ReadOnlySpan<char> text)
    {
        Span<byte> utf8 = stackalloc byte[SliceLength];
        while (text.Length > 0 && !_holdsInvalidText && !IsTooLong)
        {
            Utf8.FromUtf16(text, utf8, out int read, out int written, replaceInvalidSequences: false, isFinalBlock: false);
            Append(utf8[..written]);
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
            Stop(PlanDiagnosticCode.Malformed, "", "This is not the JSON of a plan: it holds text that is no valid Unicode.", "Write whole characters.");
        }
    }

    private void HoldOrRead(ReadOnlySpan<byte> slice)
    {
        if (_phase == Phase.Within && _heldCount + slice.Length <= HeldLength && !slice.Contains((byte)'}'))
        {
            slice.CopyTo(_held.AsSpan(_heldCount));
            _heldCount += slice.Length;
            return;
        }

        ReadHeld();
        Read(slice);
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
        int start = _phase == Phase.Before ? ReadBefore(slice) : 0;
        if (_phase == Phase.Within)
        {
            ReadWithin(slice[start..]);
        }
        else if (_phase == Phase.After)
        {
            ReadAfter(slice);
        }
        else if (_phase == Phase.Broken)
        {
            TakeExcerpt(slice);
        }
    }

    /// <summary>
    /// Looks for the object: a brace with a name or another brace after it. Other braces are prose.
    /// </summary>
    /// <returns>Where it goes on behind the first brace.</returns>
    private int ReadBefore(ReadOnlySpan<byte> slice)
    {
        for (int i = 0; i < slice.Length; i++)
        {
            byte next = slice[i];
            if (_isBraceOpen && next is ((byte)'"' or (byte)'}'))
            {
                Begin();
                return i;
            }

            if (_isBraceOpen && !SurroundingText.IsWhiteSpace(next))
            {
                _before.Add((byte)'{');
                _isBraceOpen = false;
            }

            if (next == (byte)'{')
            {
                _isBraceOpen = true;
            }
            else
            {
                _before.Add(next);
            }
        }

        return slice.Length;
    }

    private void Begin()
    {
        if (_before.Last == (byte)'[')
        {
            Stop(PlanDiagnosticCode.Malformed, "", "This is not the JSON of a plan: it is an array.", "Write one JSON object that has the array as \"subtasks\".");
            return;
        }

        _isBraceOpen = false;
        _phase = Phase.Within;
        _plan = new PlanObject(options, _diagnostics);
        _plan.Read("{"u8);
    }

    private void ReadWithin(ReadOnlySpan<byte> slice)
    {
        _plan!.Read(slice);
        Follow(_plan);
    }

    private void EndText()
    {
        ReadHeld();
        if (_phase == Phase.Within)
        {
            _plan!.EndText();
            Follow(_plan);
        }
    }

    private void Follow(PlanObject plan)
    {
        if (plan.IsClosed)
        {
            _phase = Phase.After;
            ReadAfter(plan.Unread);
        }
        else if (plan.IsStopped)
        {
            _phase = Phase.Stopped;
        }
        else if (plan.IsBroken)
        {
            // How much white space goes with the last token depends on the pieces.
            ReadOnlySpan<byte> offending = plan.Unread.TrimStart(" \t\r\n,:"u8);
            _phase = Phase.Broken;
            _brokenAt = _length - offending.Length;
            TakeExcerpt(offending);
        }
    }

    private void ReadAfter(ReadOnlySpan<byte> slice)
    {
        foreach (byte next in slice)
        {
            if (_isBraceOpen && next is ((byte)'"' or (byte)'}'))
            {
                Stop(PlanDiagnosticCode.Malformed, "", "This is not the JSON of a plan: a second JSON object stands behind the first.", "Write one JSON object.");
                return;
            }

            if (_after.Length == 0 && next is ((byte)'}' or (byte)']' or (byte)',' or (byte)':' or (byte)'"'))
            {
                Stop(PlanDiagnosticCode.Malformed, "", $"This is not the JSON of a plan: '{(char)next}' stands behind its last brace.", "Write one JSON object, all its brackets in pairs.");
                return;
            }

            if (next == (byte)'{')
            {
                _isBraceOpen = true;
            }
            else
            {
                _isBraceOpen &= SurroundingText.IsWhiteSpace(next);
            }

            _after.Add(next);
        }
    }

    private void TakeExcerpt(ReadOnlySpan<byte> more)
    {
        foreach (byte next in more[..Math.Min(more.Length, MaxExcerpt - _excerpt.Count)])
        {
            _excerpt.Add(next);
        }
    }

    private void Stop(PlanDiagnosticCode code, string path, string message, string remedy)
    {
        _phase = Phase.Stopped;
        _diagnostics.Add(new PlanDiagnostic(code, path, message, remedy));
    }

    private List<PlanRepair> Repairs()
    {
        List<PlanRepair> repairs = [];
        if (_before.HasFence || _after.HasFence)
        {
            repairs.Add(new PlanRepair(
                PlanRepairCode.CodeFence, "", "The JSON stands in a code fence.", "The fence was left out.", "It is no part of the JSON."));
        }

        if (_before.HasProse || _after.HasProse)
        {
            string before = _before.HasProse ? $"\"{_before.Excerpt}\" stands before the JSON" : "";
            string after = _after.HasProse ? $"\"{_after.Excerpt}\" stands after {(_before.HasProse ? "it" : "the JSON")}" : "";
            repairs.Add(new PlanRepair(
                PlanRepairCode.Prose, "", $"{before}{(_before.HasProse && _after.HasProse ? ", " : "")}{after}.",
                $"{_before.Length + _after.Length} bytes around the JSON were left out.", "The JSON is the only object in the answer, so it is the plan."));
        }

        return repairs;
    }
}
