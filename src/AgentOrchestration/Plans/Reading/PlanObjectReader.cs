using System.Text.Json;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Reading;

/// <summary>
/// The JSON object of a plan, read in pieces: tokens by <see cref="Utf8JsonReader"/>, whose state carries over, and each subtask by the
/// serializer once its object is closed. Holds the bytes of the subtask that is open, and no others. Where the JSON is not strict, it continues
/// over a <see cref="JsonRelaxer"/>, so that strict JSON is read as fast as without it.
/// </summary>
internal sealed class PlanObjectReader
{
    private const int MaxExcerpt = 40;

    private readonly PlanLimits _limits;
    private readonly AnswerNotes _notes;
    private readonly bool _isArray;
    private readonly HeldJson _held = new();
    private readonly PlanNesting _nesting;
    private readonly PlanLevels _levels;
    private readonly SubtaskList _list;
    private readonly PlanProperties _properties;
    private readonly List<byte> _excerpt = [];
    private JsonReaderState _state;
    private JsonTokenType _lastToken;
    private JsonTokenBoundary _gate;
    private JsonRelaxer? _relaxer;
    private bool _isTooLarge;

    /// <param name="limits">How much is read.</param>
    /// <param name="notes">Receives the errors and the repairs.</param>
    /// <param name="isArray">The list of subtasks is read, without an object around it.</param>
    public PlanObjectReader(PlanLimits limits, AnswerNotes notes, bool isArray = false)
    {
        _limits = limits;
        _notes = notes;
        _isArray = isArray;
        _nesting = new PlanNesting(limits);
        _levels = new PlanLevels(notes);
        _list = new SubtaskList(limits, notes, _held);
        _properties = new PlanProperties(limits, notes, _levels, _list);
        _state = new JsonReaderState(new JsonReaderOptions { MaxDepth = limits.MaxAnswerDepth + 1 });
        if (isArray)
        {
            notes.Repair(PlanRepairCode.BareArray, "", "The list of subtasks has no object around it.", "It was read as \"subtasks\" of a plan.", "It is the only list.");
            Read("{\"subtasks\":"u8);
            _held.Length = 0;
        }
    }

    /// <summary>Gets the errors and the repairs.</summary>
    public AnswerNotes Notes => _notes;

    /// <summary>Gets a value that indicates that it stands behind the plan: as long as it is no plan itself, it may be prose, and stays as it is.</summary>
    public bool IsSecond { get; init; }

    public List<Subtask> Subtasks => _list.Subtasks;

    /// <summary>Gets the subtasks that were read before anything was wrong, and that do not need the rest of the plan to be understood.</summary>
    public List<Subtask> Sound => _list.Sound;

    public string Goal => _properties.Goal;

    /// <summary>Gets a value that indicates that a list of subtasks was found, so that it is a plan.</summary>
    public bool IsPlan => _properties.IsPlan;

    /// <summary>Gets a value that indicates that its last bracket was read.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Gets a value that indicates that what follows is not JSON.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Gets a value that indicates that nothing more is read: a limit was exceeded, or the plan is of another version.</summary>
    public bool IsStopped => _isTooLarge || _properties.IsStopped;

    /// <summary>Gets how many bytes were read before what is broken.</summary>
    public int BrokenAt { get; private set; }

    /// <summary>Gets the beginning of what is broken.</summary>
    public string Excerpt => SurroundingText.Decode([.. _excerpt]).Trim();

    /// <summary>Gets the bytes that follow the last token.</summary>
    public ReadOnlySpan<byte> Unread => _held.Unread;

    /// <summary>Continues reading, until the object is closed or broken or too large.</summary>
    public void Read(ReadOnlySpan<byte> slice)
    {
        ReadOnlySpan<byte> json = _relaxer is null ? slice : _relaxer.Rewrite(slice);
        if (IsBroken)
        {
            TakeExcerpt(json);
            return;
        }

        _held.Add(json);
        if (_gate.Advance(Unread))
        {
            ReadTokens();
        }

        if (!IsClosed && !IsBroken && !IsStopped && _gate.TokenLength > _limits.MaxTextLength)
        {
            Exceed(PlanLimit.Text);
        }
    }

    /// <summary>Reads what can be read though nothing more comes: a literal needs nothing behind it.</summary>
    public void EndText()
    {
        if (!IsClosed && !IsBroken && !IsStopped)
        {
            ReadTokens();
        }
    }

    /// <summary>The value that the last token is in or before, as a JSON pointer.</summary>
    public string Place() => _held.HasSubtask || _list.IsOpen ? _list.Place : _levels.Place;

    private void ReadTokens()
    {
        while (!ReadTokensOnce())
        {
        }
    }

    /// <returns>Whether all was read that can be; else what is unread was rewritten.</returns>
    private bool ReadTokensOnce()
    {
        var reader = new Utf8JsonReader(Unread, isFinalBlock: false, _state);
        int tokens = 0;
        bool isBroken = false;
        try
        {
            while (!IsClosed && !IsStopped && reader.Read())
            {
                tokens++;
                Take(ref reader);
            }
        }
        catch (JsonException)
        {
            // Back to behind the last token: a reader that has thrown says nothing of where it stood.
            isBroken = true;
            reader = new Utf8JsonReader(Unread, isFinalBlock: false, _state);
            for (int i = 0; i < tokens; i++)
            {
                reader.Read();
            }
        }

        if (IsStopped)
        {
            return true;
        }

        if (tokens > 0)
        {
            _state = reader.CurrentState;
            _lastToken = reader.TokenType;
            _held.Advance((int)reader.BytesConsumed);
            _gate.Reset();
        }

        if (isBroken)
        {
            // The fault of a token counts when the token has ended: before that another may be found first, as it is cut into pieces.
            _gate.Reset();
            return !(_gate.Advance(Unread) && _gate.TokenLength <= _limits.MaxTextLength) || !TryRelax();
        }

        if (tokens > 0 && !IsClosed)
        {
            _gate.Advance(Unread);
        }

        return true;
    }

    /// <summary>Rewrites what is not strict JSON.</summary>
    /// <returns>Whether there is something to be read again; else it is broken.</returns>
    private bool TryRelax()
    {
        if (_relaxer is not null || _notes.IsStrict || (IsSecond && !IsPlan))
        {
            // How much white space goes with the last token depends on the pieces.
            ReadOnlySpan<byte> offending = Unread.TrimStart(" \t\r\n,:"u8);
            IsBroken = true;
            BrokenAt = _held.Length - offending.Length;
            TakeExcerpt(offending);
            return false;
        }

        _relaxer = new JsonRelaxer(
            _nesting.Depth, _isArray ? 1 : 0, _lastToken == JsonTokenType.PropertyName ? _held.NameBefore() : "", _lastToken is JsonTokenType.StartArray or JsonTokenType.StartObject);
        byte[] rest = _held.Remove();
        _gate.Reset();
        _held.Add(_relaxer.Rewrite(rest));
        return _gate.Advance(Unread);
    }

    private void TakeExcerpt(ReadOnlySpan<byte> more)
    {
        foreach (byte next in more[..Math.Min(more.Length, MaxExcerpt - _excerpt.Count)])
        {
            _excerpt.Add(next);
        }
    }

    private void Take(ref Utf8JsonReader reader)
    {
        int depth = _nesting.Depth;
        if (_nesting.Take(ref reader) is { } limit)
        {
            _held.Advance((int)reader.TokenStartIndex);
            Exceed(limit);
            return;
        }

        int inner = depth - _levels.Count;
        if (!_list.IsOpen)
        {
            TakeOfPlan(ref reader, inner, isOutermost: depth == 0);
        }
        else if (inner == 1 && reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject)
        {
            CloseList();
        }
        else
        {
            _list.Take(ref reader, inner);
        }
    }

    /// <summary>Takes a token outside the list of subtasks.</summary>
    private void TakeOfPlan(ref Utf8JsonReader reader, int inner, bool isOutermost)
    {
        switch (inner)
        {
            case 0 when reader.TokenType == JsonTokenType.EndObject:
                if (_properties.CloseLevel())
                {
                    Close();
                }

                break;
            case 0 when reader.TokenType == JsonTokenType.PropertyName:
                _properties.TakeName(ref reader);
                break;
            case 0 when isOutermost:
                _levels.Open();
                break;
            case 0:
                _properties.TakeValue(ref reader);
                break;
            case 1 when reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject:
                _properties.CloseUnknown();
                break;
            case 1:
                _properties.TakeItem(ref reader);
                break;
        }
    }

    private void CloseList()
    {
        _properties.CloseList();
        if (_isArray)
        {
            Close();
        }
    }

    private void Close()
    {
        IsClosed = true;
        _relaxer?.Record(_notes);
    }

    private void Exceed(PlanLimit limit)
    {
        _isTooLarge = true;
        (string path, string message, string remedy) = limit switch
        {
            PlanLimit.Subtasks => ("/subtasks", $"The plan has more than {_limits.MaxSubtasks} subtasks.", $"At most {_limits.MaxSubtasks} are allowed; make a smaller plan."),
            PlanLimit.Dependencies => ("/subtasks", $"The plan has more than {_limits.MaxDependencies} dependencies.", $"At most {_limits.MaxDependencies} are allowed; make a smaller plan."),
            PlanLimit.Depth => (Place(), $"Arrays and objects are nested more than {_limits.MaxAnswerDepth} levels deep.", "Nest less."),
            _ => (Place(), $"A text, name or number has more than {_limits.MaxTextLength} bytes.", $"Write at most {_limits.MaxTextLength}."),
        };
        _notes.Diagnostics.Add(new PlanDiagnostic(PlanDiagnosticCode.TooLarge, path, message, remedy));
    }
}
