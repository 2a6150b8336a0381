using System.Text;
using System.Text.Json;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans.Reading;

/// <summary>
/// The JSON object of a plan, read in pieces: tokens by <see cref="Utf8JsonReader"/>, whose state carries over, and each subtask by the
/// serializer once its object is closed. Holds the bytes of the subtask that is open, and no others. Where the JSON is not strict, it goes on
/// over a <see cref="JsonRelaxer"/>, so that strict JSON is read as fast as without it.
/// </summary>
internal sealed class PlanObjectReader
{
    private const int MaxTold = 20;
    private const int MaxExcerpt = 40;
    private const int DeepestWrapper = 4;

    private readonly PlanLimits _limits;
    private readonly AnswerNotes _notes;
    private readonly SubtaskReader _subtaskText;
    private readonly bool _isArray;
    private readonly PlanNesting _nesting;
    private readonly List<PlanLevel> _levels = [];
    private readonly List<byte> _excerpt = [];
    private byte[] _held = new byte[512];
    private int _unread;
    private int _end;
    private int _read;
    private JsonReaderState _state;
    private JsonTokenType _lastToken;
    private JsonTokenBoundary _gate;
    private JsonRelaxer? _relaxer;

    private int _subtaskStart = -1;
    private int _subtaskCount;
    private string? _key;
    private bool _isInList;
    private bool _isKeyed;
    private int _told;

    /// <param name="limits">How much is read.</param>
    /// <param name="notes">Receives the errors and the repairs.</param>
    /// <param name="isArray">The list of subtasks is read, without an object around it.</param>
    public PlanObjectReader(PlanLimits limits, AnswerNotes notes, bool isArray = false)
    {
        _limits = limits;
        _notes = notes;
        _isArray = isArray;
        _nesting = new PlanNesting(limits);
        _subtaskText = new SubtaskReader(notes);
        _state = new JsonReaderState(new JsonReaderOptions { MaxDepth = limits.MaxAnswerDepth + 1 });
        if (isArray)
        {
            notes.Repair(PlanRepairCode.BareArray, "", "The list of subtasks stands alone.", "It was read as \"subtasks\" of a plan.", "It is the only list.");
            Read("{\"subtasks\":"u8);
            _read = 0;
        }
    }

    /// <summary>Gets the errors and the repairs.</summary>
    public AnswerNotes Notes => _notes;

    /// <summary>Gets a value that indicates that it stands behind the plan: as long as it is no plan itself, it may be prose, and stays as it is.</summary>
    public bool IsSecond { get; init; }

    public List<Subtask> Subtasks { get; } = [];

    /// <summary>Gets the subtasks that were read before anything was wrong, and that do not need the rest of the plan to be understood.</summary>
    public List<Subtask> Sound { get; } = [];

    public string Goal { get; private set; } = "";

    /// <summary>Gets a value that indicates that a list of subtasks was found, so that it is a plan.</summary>
    public bool IsPlan { get; private set; }

    /// <summary>Gets a value that indicates that its last bracket was read.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Gets a value that indicates that what follows is not JSON.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Gets a value that indicates that nothing more is read: a limit was exceeded, or the plan is of another version.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Gets how many bytes were read before what is broken.</summary>
    public int BrokenAt { get; private set; }

    /// <summary>Gets the beginning of what is broken.</summary>
    public string Excerpt => SurroundingText.Decode([.. _excerpt]).Trim();

    /// <summary>Gets the bytes that follow the last token.</summary>
    public ReadOnlySpan<byte> Unread => _held.AsSpan(_unread, _end - _unread);

    /// <summary>Reads on, until the object is closed or broken or too large.</summary>
    public void Read(ReadOnlySpan<byte> slice)
    {
        ReadOnlySpan<byte> json = _relaxer is null ? slice : _relaxer.Rewrite(slice);
        if (IsBroken)
        {
            TakeExcerpt(json);
            return;
        }

        Hold(json);
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

    /// <summary>Reports what is missing, once the object is closed.</summary>
    public void CheckWhole()
    {
        if (!IsPlan && _notes.Diagnostics.Count == 0)
        {
            _notes.Diagnostics.Add(AnswerDiagnostic.Malformed("/subtasks", "the plan has no \"subtasks\"."));
        }
    }

    /// <summary>The value that the last token stands in or before, as a JSON pointer.</summary>
    public string Place() => _subtaskStart >= 0
        ? $"/{PropertyNames.Subtasks}/{_subtaskCount - 1}{AnswerPlace.EndOf(_held.AsSpan(_subtaskStart, _unread - _subtaskStart), _limits.MaxAnswerDepth)}"
        : _isInList ? $"/{PropertyNames.Subtasks}/{_subtaskCount}"
        : PlaceOfProperty();

    private string PlaceOfProperty() => string.Concat(_levels.Where(level => level.Property is not null).Select(level => "/" + JsonPointer.Escape(Diagnostics.Excerpt.Of(level.Property!))));

    private void Hold(ReadOnlySpan<byte> slice)
    {
        _read += slice.Length;
        int keepFrom = _subtaskStart >= 0 ? _subtaskStart : _unread;
        if (keepFrom > 0)
        {
            _held.AsSpan(keepFrom, _end - keepFrom).CopyTo(_held);
            _unread -= keepFrom;
            _end -= keepFrom;
            _subtaskStart = Math.Max(-1, _subtaskStart - keepFrom);
        }

        if (_end + slice.Length > _held.Length)
        {
            Array.Resize(ref _held, Math.Max(_end + slice.Length, 2 * _held.Length));
        }

        slice.CopyTo(_held.AsSpan(_end));
        _end += slice.Length;
    }

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
            _unread += (int)reader.BytesConsumed;
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
            BrokenAt = _read - offending.Length;
            TakeExcerpt(offending);
            return false;
        }

        _relaxer = new JsonRelaxer(
            _nesting.Depth, _isArray ? 1 : 0, _lastToken == JsonTokenType.PropertyName ? NameBefore() : "", _lastToken is JsonTokenType.StartArray or JsonTokenType.StartObject);
        byte[] rest = Unread.ToArray();
        _end = _unread;
        _read -= rest.Length;
        _gate.Reset();
        Hold(_relaxer.Rewrite(rest));
        return _gate.Advance(Unread);
    }

    /// <summary>The name before what is unread, within a subtask.</summary>
    private string NameBefore()
    {
        ReadOnlySpan<byte> before = _held.AsSpan(0, _unread).TrimEnd(" \t\r\n:"u8);
        if (_subtaskStart < 0 || before is not [.., (byte)'"'])
        {
            return "";
        }

        int start = before[..^1].LastIndexOf((byte)'"');
        return start < 0 ? "" : SurroundingText.Decode(before[(start + 1)..^1]);
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
            _unread += (int)reader.TokenStartIndex;
            Exceed(limit);
            return;
        }

        int inner = depth - _levels.Count;
        if (_isInList)
        {
            switch (inner)
            {
                case 1 when reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject:
                    CloseList();
                    break;
                case 1 when reader.TokenType == JsonTokenType.PropertyName:
                    _key = Encoding.UTF8.GetString(reader.ValueSpan);
                    break;
                case 1:
                    TakeItem(ref reader);
                    break;
                case 2 when _subtaskStart >= 0 && reader.TokenType == JsonTokenType.EndObject:
                    CloseSubtask(_unread + (int)reader.BytesConsumed);
                    break;
            }

            return;
        }

        switch (inner)
        {
            case 0 when reader.TokenType == JsonTokenType.EndObject:
                CloseLevel();
                break;
            case 0 when reader.TokenType == JsonTokenType.PropertyName:
                TakeProperty(ref reader);
                break;
            case 0 when depth == 0:
                _levels.Add(new PlanLevel());
                break;
            case 0:
                TakeValue(ref reader);
                break;
            case 1 when reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject:
                CloseUnknown();
                break;
            case 1:
                _levels[^1].HasItems = true;
                break;
        }
    }

    private void TakeProperty(ref Utf8JsonReader reader)
    {
        PlanLevel level = _levels[^1];
        bool isGoal = PlanNesting.IsName(ref reader, "goal"u8);
        bool isSubtasks = PlanNesting.IsName(ref reader, "subtasks"u8);
        bool isVersion = PlanNesting.IsName(ref reader, "version"u8);
        level.Property = isGoal ? PropertyNames.Goal : isSubtasks ? PropertyNames.Subtasks : isVersion ? PropertyNames.Version : _told < MaxTold ? Encoding.UTF8.GetString(reader.ValueSpan) : "…";
        if (isGoal ? level.HasGoal : isVersion && level.HasVersion)
        {
            Tell("the property stands twice.");
        }

        level.HasProperties = true;
        level.HasGoal |= isGoal;
        level.HasVersion |= isVersion;
    }

    private void TakeValue(ref Utf8JsonReader reader)
    {
        PlanLevel level = _levels[^1];
        level.HasItems = false;
        string name = level.Property!;
        bool isOpening = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
        if (name == PropertyNames.Goal)
        {
            TakeGoal(ref reader);
        }
        else if (name == PropertyNames.Version)
        {
            TakeVersion(ref reader);
        }
        else if (isOpening && IsList(name, reader.TokenType == JsonTokenType.StartObject))
        {
            OpenList(isKeyed: reader.TokenType == JsonTokenType.StartObject);
            return;
        }
        else if (reader.TokenType == JsonTokenType.String && MayBeEncoded(ref reader) && MayHoldPlan(name) && TryReadEncoded(ref reader))
        {
            level.Property = null;
            return;
        }
        else if (name == PropertyNames.Subtasks)
        {
            Tell(level.HoldsList ? "the property stands twice." : "an array of subtasks is expected there.");
        }
        else if (reader.TokenType == JsonTokenType.StartObject && _levels.Count < DeepestWrapper && !_notes.IsStrict)
        {
            _levels.Add(new PlanLevel());
            return;
        }
        else if (!isOpening)
        {
            TakeUnknown(name, isEmpty: reader.TokenType == JsonTokenType.Null || (reader.TokenType == JsonTokenType.String && reader.ValueSpan.IsEmpty), isNested: false);
        }

        if (!isOpening)
        {
            level.Property = null;
        }
    }

    /// <summary>An object or an array is closed that is not a list of subtasks and cannot hold the plan.</summary>
    private void CloseUnknown()
    {
        PlanLevel level = _levels[^1];
        if (level.Property is { } name && name is not (PropertyNames.Goal or PropertyNames.Version or PropertyNames.Subtasks))
        {
            TakeUnknown(name, isEmpty: !level.HasItems, isNested: true);
        }

        level.Property = null;
    }

    private bool IsList(string name, bool isObject) =>
        name == PropertyNames.Subtasks ? !(isObject && _notes.IsStrict) && !_levels[^1].HoldsList : !_notes.IsStrict && PropertyNames.IsList(name, isObject);

    private bool MayHoldPlan(string name) => !_notes.IsStrict && !PropertyNames.IsRemarkOfPlan(name);

    private static bool MayBeEncoded(ref Utf8JsonReader reader) => reader.ValueSpan.TrimStart(" \\nrt"u8) is [(byte)'{' or (byte)'[', ..];

    private void OpenList(bool isKeyed)
    {
        PlanLevel level = _levels[^1];
        if (IsPlan)
        {
            Tell("it is another list of subtasks; a plan has one.");
            level.Property = PropertyNames.Subtasks;
            return;
        }

        if (level.Property != PropertyNames.Subtasks)
        {
            _notes.Repair(
                PlanRepairCode.PropertyName, "/subtasks", $"The list of subtasks is called \"{Diagnostics.Excerpt.Of(level.Property!)}\".", "It was read as \"subtasks\".", "It is the only list of subtasks.");
        }

        if (isKeyed)
        {
            _notes.Repair(PlanRepairCode.KeyedObject, "/subtasks", "The subtasks are an object with their ids as names.", "It was read as a list.", "A name is the id of its subtask; their order decides nothing.");
        }

        FindPlan();
        _isInList = true;
        _isKeyed = isKeyed;
    }

    /// <summary>The innermost object is the plan.</summary>
    private void FindPlan()
    {
        PlanLevel level = _levels[^1];
        IsPlan = true;
        level.HoldsList = true;
        if (_levels.Count > 1)
        {
            RecordWrapper(string.Concat(_levels.SkipLast(1).Select(outer => "/" + JsonPointer.Escape(Diagnostics.Excerpt.Of(outer.Property!)))));
        }

        JudgeUnknown(level);
    }

    private void RecordWrapper(string place) =>
        _notes.Repair(PlanRepairCode.Wrapper, "", $"The plan stands at {place} of another object.", "What stands around it was left out.", "It is the only object with subtasks.");

    private void CloseList()
    {
        _isInList = false;
        if (_isKeyed && _subtaskCount == 0)
        {
            Tell("an array of subtasks is expected there.");
        }

        _levels[^1].Property = null;
        if (_isArray)
        {
            Close();
        }
    }

    private void CloseLevel()
    {
        PlanLevel level = _levels[^1];
        JudgeUnknown(level);
        if (_levels.Count == 1)
        {
            if (!IsPlan)
            {
                JudgeUnknown(level, isLast: true);
                _notes.Diagnostics.Add(AnswerDiagnostic.Malformed("/subtasks", "the plan has no \"subtasks\"."));
            }

            Close();
            return;
        }

        _levels.RemoveAt(_levels.Count - 1);
        PlanLevel outer = _levels[^1];
        if (level.HoldsList || level.HoldsPlan)
        {
            outer.HoldsPlan = true;
        }
        else
        {
            TakeUnknown(outer.Property!, isEmpty: !level.HasProperties, isNested: true);
        }

        outer.Property = null;
    }

    private void Close()
    {
        IsClosed = true;
        _relaxer?.Record(_notes);
    }

    private void TakeUnknown(string name, bool isEmpty, bool isNested)
    {
        PlanLevel level = _levels[^1];
        if (_told > MaxTold)
        {
            return;
        }

        level.Unknown.Add((name, isEmpty, isNested));
        if (level.Unknown.Count > MaxTold || level.HoldsList || _notes.IsStrict)
        {
            JudgeUnknown(level, isLast: true);
        }
    }

    /// <summary>Judges the properties that a plan does not have, once it is known whether their object is the plan or only holds it.</summary>
    private void JudgeUnknown(PlanLevel level, bool isLast = false)
    {
        if (!level.HoldsList && !level.HoldsPlan && !isLast)
        {
            return;
        }

        foreach ((string name, bool isEmpty, bool isNested) in level.Unknown)
        {
            bool isLeftOut = !_notes.IsStrict
                && (isEmpty || PropertyNames.IsRemarkOfPlan(name) || (level.HoldsPlan && !level.HoldsList && (!isNested || PropertyNames.IsOfSchema(name))));
            if (!isLeftOut)
            {
                TellOf(name, "a plan has no such property.");
            }
            else if (!level.HoldsPlan || level.HoldsList)
            {
                _notes.Repair(
                    PlanRepairCode.ExtraProperty, PathOf(name), $"A plan has no property \"{Diagnostics.Excerpt.Of(name)}\".", "It was left out.",
                    isEmpty ? "It is empty." : "It is a remark, which changes nothing in what is done.");
            }
        }

        level.Unknown.Clear();
    }

    private void TakeGoal(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null))
        {
            Tell("a text is expected there.");
            return;
        }

        try
        {
            Goal = Goal.Length == 0 ? reader.GetString() ?? "" : Goal;
        }
        catch (InvalidOperationException)
        {
            Tell("it holds text that is no valid Unicode.");
        }
    }

    private void TakeVersion(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && !_notes.IsStrict)
        {
            _notes.Repair(PlanRepairCode.ExtraProperty, PathOf(PropertyNames.Version), "The version is a text.", "It was left out.", "A plan that is written for a request needs none.");
        }
        else if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int version))
        {
            Tell("a whole number is expected there.");
        }
        else if (PlanVersion.WhyUnreadable(version) is { } reason)
        {
            // What only another version knows is no mistake.
            IsStopped = true;
            _notes.Diagnostics.Add(reason);
        }
    }

    /// <summary>Reads a plan, or its list of subtasks, that was written as a JSON string.</summary>
    /// <returns>Whether it is one.</returns>
    private bool TryReadEncoded(ref Utf8JsonReader reader)
    {
        if (IsPlan || !TryGetText(ref reader, out byte[] text) || text is not [(byte)'{' or (byte)'[', ..])
        {
            return false;
        }

        PlanLevel level = _levels[^1];
        bool isList = PropertyNames.IsList(level.Property!, isObject: text[0] == (byte)'{');
        var inner = new AnswerNotes(isStrict: false);
        PlanObjectReader plan;
        if (isList)
        {
            // The name is judged where it stands: within, it is the right one.
            plan = new PlanObjectReader(_limits, inner);
            plan.Read("{\"subtasks\":"u8);
            plan.Read(text);
            plan.Read("}"u8);
        }
        else
        {
            plan = new PlanObjectReader(_limits, inner, isArray: text[0] == (byte)'[');
            plan.Read(text);
        }

        if (!plan.IsStopped && !(plan.IsClosed && plan.IsPlan && plan.Unread.Trim(" \t\r\n"u8).IsEmpty))
        {
            return false;
        }

        _notes.Repair(PlanRepairCode.EncodedText, PathOf(level.Property!), "A part of the plan is written as a text that holds JSON.", "It was decoded once.", "No text can stand there.");
        if (isList && level.Property != PropertyNames.Subtasks)
        {
            _notes.Repair(
                PlanRepairCode.PropertyName, "/subtasks", $"The list of subtasks is called \"{Diagnostics.Excerpt.Of(level.Property!)}\".", "It was read as \"subtasks\".", "It is the only list of subtasks.");
        }

        _notes.Add(inner);
        Subtasks.AddRange(plan.Subtasks);
        Sound.AddRange(_notes.Diagnostics.Count == inner.Diagnostics.Count ? plan.Sound : []);
        Goal = Goal.Length == 0 ? plan.Goal : Goal;
        IsStopped |= plan.IsStopped;
        if (isList)
        {
            FindPlan();
        }
        else
        {
            IsPlan = true;
            level.HoldsPlan = true;
            RecordWrapper(PathOf(level.Property!));
        }

        return true;
    }

    private static bool TryGetText(ref Utf8JsonReader reader, out byte[] text)
    {
        text = [];
        try
        {
            text = Encoding.UTF8.GetBytes(reader.GetString()!.Trim());
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private void TakeItem(ref Utf8JsonReader reader)
    {
        _subtaskCount++;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            _subtaskStart = _unread + (int)reader.TokenStartIndex;
            return;
        }

        _notes.Diagnostics.Add(new PlanDiagnostic(
            PlanDiagnosticCode.Malformed, $"/{PropertyNames.Subtasks}/{_subtaskCount - 1}",
            reader.TokenType == JsonTokenType.Null ? "A subtask is null." : "A subtask is an object.", "Remove it."));
        Subtasks.Add(new Subtask { Id = "", TaskType = "" });
    }

    private void CloseSubtask(int end)
    {
        ReadOnlySpan<byte> json = _held.AsSpan(_subtaskStart, end - _subtaskStart);
        Subtask subtask = _subtaskText.Read(json, $"/{PropertyNames.Subtasks}/{_subtaskCount - 1}", _isKeyed ? _key : null);
        Subtasks.Add(subtask);
        if (_notes.Diagnostics.Count == 0 && !TemplateReference.MayStandIn(subtask))
        {
            Sound.Add(subtask);
        }

        _subtaskStart = -1;
    }

    private void Tell(string message) => TellOf(_levels[^1].Property!, message);

    private void TellOf(string name, string message)
    {
        if (++_told <= MaxTold)
        {
            _notes.Diagnostics.Add(AnswerDiagnostic.Malformed(PathOf(name), message));
        }
    }

    /// <summary>The place of a property of the innermost object.</summary>
    private string PathOf(string name) =>
        string.Concat(_levels.SkipLast(1).Select(level => level.Property ?? "").Append(name).Select(step => "/" + JsonPointer.Escape(Diagnostics.Excerpt.Of(step))));

    private void Exceed(PlanLimit limit)
    {
        IsStopped = true;
        (string path, string message, string remedy) = limit switch
        {
            PlanLimit.Subtasks => ("/subtasks", $"The plan has more than {_limits.MaxSubtasks} subtasks.", $"At most {_limits.MaxSubtasks} are allowed; make a smaller plan."),
            PlanLimit.Dependencies => ("/subtasks", $"The plan has more than {_limits.MaxDependencies} dependencies.", $"At most {_limits.MaxDependencies} are allowed; make a smaller plan."),
            PlanLimit.Depth => (Place(), $"Arrays and objects stand in each other more than {_limits.MaxAnswerDepth} deep.", "Nest less."),
            _ => (Place(), $"A text, name or number has more than {_limits.MaxTextLength} bytes.", $"Write at most {_limits.MaxTextLength}."),
        };
        _notes.Diagnostics.Add(new PlanDiagnostic(PlanDiagnosticCode.TooLarge, path, message, remedy));
    }
}
