using System.Text.Json;
using System.Text.Unicode;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans.Reading;

/// <summary>
/// Reads a plan while it is being written: bytes go in, in pieces of any size, and each subtask comes out with the byte that closes its
/// object. Does no I/O and holds no more than the object that is not closed yet. What it finds does not depend on the pieces. A model's
/// answer is hostile input: it is bounded before it is parsed. What has one meaning is read as that and recorded; all else is refused
/// rather than guessed at. Not thread-safe.
/// </summary>
/// <param name="limits">How much is read.</param>
/// <param name="isStrict">Nothing but what stands around the JSON is repaired: the answer is a plan that was saved.</param>
internal sealed class PlanReader(PlanLimits limits, bool isStrict = false)
{
    /// <summary>What is looked at in one go; what is held grows by no more than that before it is read.</summary>
    private const int SliceLength = 4096;

    /// <summary>To read a byte costs as much as to read these: smaller pieces wait for others, until one may close an object.</summary>
    private const int HeldLength = 128;

    /// <summary>What is looked at behind a bracket before it is prose.</summary>
    private const int LongestStart = 256;

    /// <summary>Who writes more objects than these has not written a plan.</summary>
    private const int MostOthers = 16;

    private static readonly IReadOnlyList<Subtask> None = [];

    private readonly List<PlanDiagnostic> _diagnostics = [];
    private readonly List<Subtask> _given = [];
    private readonly List<byte> _start = new(LongestStart);
    private readonly byte[] _held = new byte[HeldLength];
    private SurroundingText _before = new();
    private SurroundingText _after = new();
    private ReasoningTags _tags = new();

    /// <summary>The plan, once it is closed.</summary>
    private PlanObjectReader? _plan;

    /// <summary>The object that is read.</summary>
    private PlanObjectReader? _current;

    /// <summary>The first object that turned out to be no plan.</summary>
    private PlanObjectReader? _other;

    private AnswerDecoder? _decoder;
    private AnswerEncoding _encoding;
    private Phase _phase;
    private bool _isReasoning;
    private bool _hasReasoning;
    private char _highSurrogate;
    private int _heldCount;
    private int _length;
    private int _taken;
    private int _others;
    private int _repeats;
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

    private bool IsTooLong => _length > limits.MaxAnswerLength;

    /// <summary>Reads on.</summary>
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
        return Given();
    }

    /// <summary>Reads on, in text as chat clients give it.</summary>
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
        return Given();
    }

    /// <summary>Ends the reading.</summary>
    public PlanReadResult Complete()
    {
        if (_highSurrogate != 0)
        {
            RefuseInvalidText();
        }

        EndText();
        _before.End();
        _after.End();
        PlanObjectReader? shown = _plan ?? _current ?? _other;
        switch (_phase)
        {
            case Phase.Within:
                _diagnostics.Add(CutOff(_current!.Place(), $"before its JSON does; {_current.Subtasks.Count} subtasks were read to their end."));
                break;
            case Phase.Before when _isReasoning:
                _diagnostics.Add(CutOff("", "within its reasoning; no plan follows."));
                break;
            case Phase.Before when _start.Count > 0 && _other is null:
                _diagnostics.Add(CutOff("", "before its JSON does; 0 subtasks were read to their end."));
                break;
            case Phase.Before when _other is null:
                _diagnostics.Add(AnswerDiagnostic.Malformed("", $"there is no JSON object in it{(_before.Length > 0 ? $": \"{_before.Excerpt}\"" : _hasReasoning ? " behind its reasoning" : "; it is empty")}."));
                break;
            case Phase.Broken:
                _diagnostics.Add(AnswerDiagnostic.Malformed(_current!.Place(), $"what follows after {_current.BrokenAt} bytes cannot stand there: \"{_current.Excerpt}\"."));
                break;
        }

        return new PlanReadResult(new TaskPlan { Goal = shown?.Goal ?? "", Subtasks = shown?.Subtasks ?? [], Repairs = Repairs(shown) }, [.. shown?.Notes.Diagnostics ?? [], .. _diagnostics])
        {
            IsWhole = _phase == Phase.After || (_phase == Phase.Before && _other is not null),
            CanGoBack = !IsTooLong && !_holdsInvalidText,
        };
    }

    private PlanDiagnostic CutOff(string place, string where) =>
        new(PlanDiagnosticCode.CutOff, place, $"The answer ends after {_length} bytes, {where}", "Write the whole plan; make it smaller if it does not fit.");

    private IReadOnlyList<Subtask> Given()
    {
        if (_given.Count == 0)
        {
            if (_plan is not null || _current is not { } current || current.Sound.Count == _taken)
            {
                return None;
            }

            List<Subtask> next = current.Sound[_taken..];
            _taken = current.Sound.Count;
            return next;
        }

        Collect();

        Subtask[] given = [.. _given];
        _given.Clear();
        return given;
    }

    /// <summary>Takes what has become known of the plan, which is the first object that is one.</summary>
    private void Collect()
    {
        if (_plan is null && _current is { } current && current.Sound.Count > _taken)
        {
            _given.AddRange(current.Sound[_taken..]);
            _taken = current.Sound.Count;
        }
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
                Stop(PlanDiagnosticCode.TooLarge, "", $"The answer has more than {limits.MaxAnswerLength} bytes.", $"At most {limits.MaxAnswerLength} are read; make a smaller plan.");
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
            Stop(PlanDiagnosticCode.Malformed, "", "This is not the JSON of a plan: it holds text that is no valid Unicode.", "Write whole characters.");
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
        if (_phase != Phase.Within || slice.Length > HeldLength - _heldCount || slice.Contains((byte)'}'))
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
        Feed(slice);
    }

    /// <summary>Takes text as it came.</summary>
    private void Feed(ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            if (_decoder is null)
            {
                text = Route(text);
            }
            else
            {
                Route(_decoder.Decode(text[..1]));
                text = text[1..];
            }
        }
    }

    /// <summary>Takes text that needs no decoding.</summary>
    /// <returns>What is left, because it has to be decoded.</returns>
    private ReadOnlySpan<byte> Route(ReadOnlySpan<byte> text)
    {
        bool wasEncoded = _decoder is not null;
        while (!text.IsEmpty && wasEncoded == (_decoder is not null))
        {
            switch (_phase)
            {
                case Phase.Within:
                    _current!.Read(text);
                    Follow(_current);
                    return [];
                case Phase.Broken:
                    _current!.Read(text);
                    return [];
                case Phase.Stopped:
                    return [];
                default:
                    TakeOutside(text[0]);
                    text = text[1..];
                    break;
            }
        }

        return wasEncoded ? [] : text;
    }

    /// <summary>Takes what was read of an object beyond its end.</summary>
    private void GoOn(ReadOnlySpan<byte> rest)
    {
        byte[] copy = rest.ToArray();
        if (_decoder is null)
        {
            Feed(copy);
        }
        else
        {
            Route(copy);
        }
    }

    /// <summary>Takes a byte outside JSON.</summary>
    private void TakeOutside(byte next)
    {
        if (_isReasoning)
        {
            TakeProse(next);
            return;
        }

        if (_start.Count > 0)
        {
            // How much white space there is decides nothing.
            if (!(SurroundingText.IsWhiteSpace(next) && SurroundingText.IsWhiteSpace(_start[^1]) && next != (byte)'\n'))
            {
                _start.Add(next);
            }

            if (!SurroundingText.IsWhiteSpace(next) || next == (byte)'\n')
            {
                Decide();
            }

            return;
        }

        if (_plan is not null && _after.Length == 0 && !isStrict && next == (byte)'"' && _encoding == AnswerEncoding.JsonString)
        {
            return;
        }

        if (_plan is not null && _after.Length == 0 && next is (byte)'}' or (byte)']' or (byte)',' or (byte)':' or (byte)'"')
        {
            Stop(PlanDiagnosticCode.Malformed, "", $"This is not the JSON of a plan: '{(char)next}' stands behind its last bracket.", "Write one JSON object, all its brackets in pairs.");
            return;
        }

        if (next == (byte)'{' || (next == (byte)'[' && !isStrict))
        {
            _start.Add(next);
        }
        else
        {
            TakeProse(next);
        }
    }

    /// <summary>Decides whether the bracket begins JSON, as soon as that is clear.</summary>
    private void Decide()
    {
        byte[] start = [.. _start];
        AnswerEncoding encoding = AnswerEncoding.None;
        bool? begins = isStrict ? BeginsStrictly(start) : PlanStart.Of(start, out encoding);
        if (begins is null && start.Length < LongestStart)
        {
            return;
        }

        _start.Clear();
        if (begins == true)
        {
            Begin(start, encoding);
            return;
        }

        // The bracket is prose, and what follows it may begin JSON.
        TakeProse(start[0]);
        Feed(start.AsSpan(1));
    }

    /// <summary>A brace with a name or another brace after it.</summary>
    private static bool? BeginsStrictly(ReadOnlySpan<byte> start)
    {
        ReadOnlySpan<byte> after = start[1..].TrimStart(" \t\r\n"u8);
        return after.IsEmpty ? null : after[0] is (byte)'"' or (byte)'}';
    }

    private void Begin(byte[] start, AnswerEncoding encoding)
    {
        SurroundingText surroundings = _plan is null ? _before : _after;
        if (isStrict && _plan is not null)
        {
            RefuseSecond();
            return;
        }

        if (isStrict && surroundings.Last == (byte)'[')
        {
            Stop(PlanDiagnosticCode.Malformed, "", "This is not the JSON of a plan: it is an array.", "Write one JSON object that has the array as \"subtasks\".");
            return;
        }

        if (encoding != AnswerEncoding.None)
        {
            bool isQuoted = encoding == AnswerEncoding.JsonString && surroundings.TakeBackQuote();
            _decoder = new AnswerDecoder(encoding, isQuoted);
            _encoding = encoding;
        }

        _phase = Phase.Within;
        _taken = 0;
        _current = new PlanObjectReader(limits, new AnswerNotes(isStrict), isArray: start[0] == (byte)'[') { IsSecond = _plan is not null };
        if (encoding != AnswerEncoding.None)
        {
            _current.Notes.Repair(
                PlanRepairCode.EncodedText, "", encoding == AnswerEncoding.Html ? "The JSON is written as HTML text." : "The JSON is written as a text that holds JSON.", "It was decoded once.",
                "Nothing else in the answer is a plan.");
            Route(_decoder!.Decode(start));
        }
        else
        {
            Route(start);
        }
    }

    private void TakeProse(byte next)
    {
        ReasoningTags.Found found = isStrict ? ReasoningTags.Found.Nothing : _tags.Add(next);
        if (!_isReasoning)
        {
            (_plan is null ? _before : _after).Add(next);
        }

        if (found == ReasoningTags.Found.Opening)
        {
            _isReasoning = true;
        }
        else if (found == ReasoningTags.Found.Closing && (_isReasoning || !isStrict))
        {
            CloseReasoning();
        }
    }

    /// <summary>What stands before the end of reasoning is no answer; where it begins without a tag, all that came before is reasoning.</summary>
    private void CloseReasoning()
    {
        bool isOpened = _isReasoning;
        _isReasoning = false;
        if (_plan is not null && isOpened)
        {
            return;
        }

        _hasReasoning = true;
        _before = new SurroundingText();
        _after = new SurroundingText();
        _tags = new ReasoningTags();
        (_plan, _current, _other, _decoder, _encoding) = (null, null, null, null, AnswerEncoding.None);
        (_others, _repeats) = (0, 0);
        _phase = Phase.Before;
    }

    private void EndText()
    {
        ReadHeld();
        if (_phase == Phase.Within)
        {
            _current!.EndText();
            Follow(_current);
        }

        if (_phase == Phase.Within && _plan is not null)
        {
            EndSecond(_current!);
        }
    }

    private void Follow(PlanObjectReader current)
    {
        if (current.IsClosed)
        {
            Close(current);
        }
        else if (current.IsStopped)
        {
            _phase = Phase.Stopped;
            if (_plan is not null)
            {
                _diagnostics.AddRange(current.Notes.Diagnostics);
            }
        }
        else if (current.IsBroken && _plan is not null)
        {
            EndSecond(current);
        }
        else if (current.IsBroken)
        {
            _phase = Phase.Broken;
        }
    }

    private void Close(PlanObjectReader current)
    {
        Collect();
        _current = null;
        if (!current.IsPlan && !isStrict)
        {
            _other ??= current;
            CountOther();
            _phase = _phase == Phase.Stopped ? Phase.Stopped : _plan is null ? Phase.Before : Phase.After;
        }
        else if (_plan is null)
        {
            _plan = current;
            _phase = Phase.After;
        }
        else if (IsSame(_plan, current))
        {
            _repeats++;
            _phase = Phase.After;
        }
        else
        {
            RefuseSecond();
        }

        GoOn(current.Unread);
    }

    /// <summary>Ends an object behind the plan that is not whole.</summary>
    private void EndSecond(PlanObjectReader current)
    {
        _current = null;
        if (current.IsPlan)
        {
            RefuseSecond();
            return;
        }

        _phase = Phase.After;
        CountOther();

        // How much white space goes with the last token depends on the pieces.
        GoOn(current.Unread.TrimStart(" \t\r\n,:"u8));
    }

    private void CountOther()
    {
        if (++_others > MostOthers)
        {
            Stop(PlanDiagnosticCode.Malformed, "", $"This is not the JSON of a plan: there are more than {MostOthers} objects that are none.", "Write one JSON object of the given form.");
        }
    }

    private void RefuseSecond() =>
        Stop(PlanDiagnosticCode.Malformed, "", "This is not the JSON of a plan: another plan stands behind the first.", "Write one JSON object.");

    private static bool IsSame(PlanObjectReader one, PlanObjectReader other) =>
        one.Subtasks.Count == other.Subtasks.Count
        && one.Notes.Diagnostics.Count == other.Notes.Diagnostics.Count
        && one.Subtasks.Zip(other.Subtasks).All(pair => JsonEquality.AreEqual(ToJson(pair.First), ToJson(pair.Second)));

    private static JsonElement ToJson(Subtask subtask) => JsonElement.Parse(SubtaskDocument.From(subtask).ToJson());

    private void Stop(PlanDiagnosticCode code, string path, string message, string remedy)
    {
        _phase = Phase.Stopped;
        _diagnostics.Add(new PlanDiagnostic(code, path, message, remedy));
    }

    private IReadOnlyList<PlanRepair> Repairs(PlanObjectReader? shown)
    {
        var repairs = new PlanRepairs();
        if (_hasReasoning)
        {
            Add(PlanRepairCode.ReasoningBlock, "The answer begins with its reasoning.", "What stands before the end of the reasoning was left out.", "The answer is what follows it.");
        }

        if (_before.HasFence || _after.HasFence)
        {
            Add(PlanRepairCode.CodeFence, "The JSON stands in a code fence.", "The fence was left out.", "It is no part of the JSON.");
        }

        if (_before.HasProse || _after.HasProse)
        {
            string before = _before.HasProse ? $"\"{_before.Excerpt}\" stands before the JSON" : "";
            string after = _after.HasProse ? $"\"{_after.Excerpt}\" stands after {(_before.HasProse ? "it" : "the JSON")}" : "";
            Add(
                PlanRepairCode.Prose, $"{before}{(_before.HasProse && _after.HasProse ? ", " : "")}{after}.",
                $"{_before.Length + _after.Length} bytes around the JSON were left out.", "The JSON is the only object in the answer, so it is the plan.");
        }

        if (_others > 0 && _plan is not null)
        {
            Add(PlanRepairCode.OtherJson, $"{_others} other JSON object stands beside the plan.", "It was left out.", "The plan is the object that has subtasks.");
        }

        if (_repeats > 0)
        {
            Add(PlanRepairCode.SamePlanAgain, $"The same plan stands {_repeats + 1} times in the answer.", "It was read once.", "All of them say the same.");
        }

        if (shown is not null)
        {
            repairs.Add(shown.Notes.Repairs);
        }

        return repairs.ToList();

        void Add(PlanRepairCode code, string found, string done, string reason) => repairs.Add(new PlanRepair(code, "", found, done, reason));
    }
}
