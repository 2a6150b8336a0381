using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Reading;

/// <summary>
/// Finds the plan in an answer: the first object with subtasks, among prose, reasoning, other objects and repetitions, also where it is written as a
/// text. Everything comes in pieces, and nothing that it finds depends on them.
/// </summary>
/// <param name="limits">How much is read.</param>
/// <param name="isStrict">Nothing but what stands around the JSON is repaired: the answer is a plan that was saved.</param>
/// <param name="mayRequestSchemas">The answer may list task types whose schemas are requested.</param>
internal sealed class AnswerScanner(PlanLimits limits, bool isStrict, bool mayRequestSchemas)
{
    private readonly List<PlanDiagnostic> _diagnostics = [];
    private readonly AnswerObjects _objects = new();
    private readonly AnswerSurroundings _surroundings = new(isStrict);
    private readonly JsonStart _start = new(isStrict);
    private AnswerDecoder? _decoder;
    private AnswerEncoding _encoding;
    private Phase _phase;

    private enum Phase
    {
        Before,
        Within,
        After,
        Broken,
        Stopped,
    }

    /// <summary>Gets a value that indicates whether JSON is read.</summary>
    public bool IsWithin => _phase == Phase.Within;

    /// <summary>Gets a value that indicates whether nothing more is read: a limit was exceeded, or what came is no JSON.</summary>
    public bool IsStopped => _phase is Phase.Broken or Phase.Stopped;

    private bool HasPlan => _objects.Plan is not null;

    private PlanObjectReader Current => _objects.Current!;

    /// <summary>Gets the subtasks that have become known of the plan, which is the first object that is one.</summary>
    public IReadOnlyList<Subtask> Given() => _objects.Given();

    /// <summary>Takes text as it came.</summary>
    public void Feed(ReadOnlySpan<byte> text)
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

    /// <summary>Reads what can be read though nothing more comes.</summary>
    public void EndText()
    {
        if (_phase == Phase.Within)
        {
            Current.EndText();
            Follow(Current);
        }

        if (_phase == Phase.Within && HasPlan)
        {
            EndSecond(Current);
        }
    }

    /// <summary>Reads nothing more, for a reason.</summary>
    public void Stop(PlanDiagnosticCode code, string message, string remedy)
    {
        _phase = Phase.Stopped;
        _diagnostics.Add(new PlanDiagnostic(code, "", message, remedy));
    }

    /// <summary>Ends the reading.</summary>
    /// <param name="length">How many bytes the answer has.</param>
    /// <param name="canGoBack">Whether the answer may go back to the model as it was written.</param>
    public PlanReadResult Complete(int length, bool canGoBack)
    {
        _surroundings.End();
        PlanObjectReader? shown = _objects.Shown;
        switch (_phase)
        {
            case Phase.Within:
                CutOff(Current.Place(), $"before its JSON does; {Current.Subtasks.Count} subtasks were read to their end.");
                break;
            case Phase.Before when _surroundings.IsReasoning:
                CutOff("", "within its reasoning; no plan follows.");
                break;
            case Phase.Before when _start.IsOpen && !_objects.HasOther:
                CutOff("", "before its JSON does; 0 subtasks were read to their end.");
                break;
            case Phase.Before when !_objects.HasOther:
                string around = _surroundings.Before.Length > 0 ? $": \"{_surroundings.Before.Excerpt}\"" : _surroundings.HasReasoning ? " behind its reasoning" : "; it is empty";
                _diagnostics.Add(AnswerDiagnostic.Malformed("", $"there is no JSON object in it{around}."));
                break;
            case Phase.Broken:
                _diagnostics.Add(AnswerDiagnostic.Malformed(Current.Place(), $"what follows after {Current.BrokenAt} bytes is not allowed there: \"{Current.Excerpt}\"."));
                break;
        }

        return new PlanReadResult(new TaskPlan { Goal = shown?.Goal ?? "", Subtasks = shown?.Subtasks ?? [], Repairs = Repairs() }, [.. shown?.Notes.Diagnostics ?? [], .. _diagnostics])
        {
            IsWhole = _phase == Phase.After || (_phase == Phase.Before && _objects.HasOther),
            CanGoBack = canGoBack,
            RequestedSchemas = shown?.Notes.RequestedSchemas ?? [],
        };

        void CutOff(string place, string where) => _diagnostics.Add(new PlanDiagnostic(
            PlanDiagnosticCode.CutOff, place, $"The answer ends after {length} bytes, {where}", "Write the whole plan; make it smaller if it does not fit."));
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
                    Current.Read(text);
                    Follow(Current);
                    return [];
                case Phase.Broken:
                    Current.Read(text);
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
    private void Continue(ReadOnlySpan<byte> rest)
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
        if (_surroundings.IsReasoning)
        {
            TakeProse(next);
            return;
        }

        if (_start.IsOpen)
        {
            TakeStart(next);
            return;
        }

        if (HasPlan && _surroundings.After.Length == 0 && !isStrict && next == (byte)'"' && _encoding == AnswerEncoding.JsonString)
        {
            return;
        }

        if (HasPlan && _surroundings.After.Length == 0 && next is (byte)'}' or (byte)']' or (byte)',' or (byte)':' or (byte)'"')
        {
            Stop(PlanDiagnosticCode.Malformed, $"This is not the JSON of a plan: '{(char)next}' follows its last bracket.", "Write one JSON object, all its brackets in pairs.");
            return;
        }

        if (next == (byte)'{' || (next == (byte)'[' && !isStrict))
        {
            _start.Open(next);
        }
        else
        {
            TakeProse(next);
        }
    }

    /// <summary>Takes a byte behind a bracket that may begin JSON.</summary>
    private void TakeStart(byte next)
    {
        if (_start.Take(next, out AnswerEncoding encoding) is not { } begins)
        {
            return;
        }

        byte[] start = _start.Close();
        if (begins)
        {
            Begin(start, encoding);
            return;
        }

        // The bracket is prose, and what follows it may begin JSON.
        TakeProse(start[0]);
        Feed(start.AsSpan(1));
    }

    private void Begin(byte[] start, AnswerEncoding encoding)
    {
        SurroundingText around = HasPlan ? _surroundings.After : _surroundings.Before;
        if (isStrict && HasPlan)
        {
            RefuseSecond();
            return;
        }

        if (isStrict && around.Last == (byte)'[')
        {
            Stop(PlanDiagnosticCode.Malformed, "This is not the JSON of a plan: it is an array.", "Write one JSON object that has the array as \"subtasks\".");
            return;
        }

        if (encoding != AnswerEncoding.None)
        {
            bool isQuoted = encoding == AnswerEncoding.JsonString && around.TakeBackQuote();
            _decoder = new AnswerDecoder(encoding, isQuoted);
            _encoding = encoding;
        }

        _phase = Phase.Within;
        var current = new PlanObjectReader(limits, new AnswerNotes(isStrict, mayRequestSchemas), isArray: start[0] == (byte)'[') { IsSecond = HasPlan };
        _objects.Begin(current);
        if (encoding != AnswerEncoding.None)
        {
            current.Notes.Repair(
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
        if (_surroundings.Add(next, isAfter: HasPlan))
        {
            Restart();
        }
    }

    /// <summary>What was found so far is no answer.</summary>
    private void Restart()
    {
        _objects.Restart();
        (_decoder, _encoding) = (null, AnswerEncoding.None);
        _phase = Phase.Before;
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
            if (HasPlan)
            {
                _diagnostics.AddRange(current.Notes.Diagnostics);
            }
        }
        else if (current.IsBroken && HasPlan)
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
        switch (_objects.Close(isStrict))
        {
            case AnswerObjects.Role.NoPlan:
                _phase = HasPlan ? Phase.After : Phase.Before;
                CheckCount();
                break;
            case AnswerObjects.Role.OtherPlan:
                RefuseSecond();
                break;
            default:
                _phase = Phase.After;
                break;
        }

        Continue(current.Unread);
    }

    /// <summary>Ends an object behind the plan that is not whole.</summary>
    private void EndSecond(PlanObjectReader current)
    {
        if (_objects.Break() == AnswerObjects.Role.OtherPlan)
        {
            RefuseSecond();
            return;
        }

        _phase = Phase.After;
        CheckCount();

        // How much white space goes with the last token depends on the pieces.
        Continue(current.Unread.TrimStart(" \t\r\n,:"u8));
    }

    private void CheckCount()
    {
        if (_objects.HasTooMany)
        {
            Stop(
                PlanDiagnosticCode.Malformed, $"This is not the JSON of a plan: there are more than {AnswerObjects.MostOthers} objects that are none.",
                "Write one JSON object of the given form.");
        }
    }

    private void RefuseSecond() =>
        Stop(PlanDiagnosticCode.Malformed, "This is not the JSON of a plan: another plan follows the first.", "Write one JSON object.");

    private IReadOnlyList<PlanRepair> Repairs()
    {
        var repairs = new PlanRepairs();
        _surroundings.Record(repairs);
        _objects.Record(repairs);
        return repairs.ToList();
    }
}
