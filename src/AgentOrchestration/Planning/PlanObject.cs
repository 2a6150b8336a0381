using System.Text.Json;
using AgentOrchestration.Plans;

namespace AgentOrchestration.Planning;

/// <summary>
/// The JSON object of a plan, read in pieces: tokens by <see cref="Utf8JsonReader"/>, whose state carries over, and each subtask by the
/// serializer once its object is closed. Holds the bytes of the subtask that is open, and no others.
/// </summary>
internal sealed class PlanObject(PlanningOptions options, List<PlanDiagnostic> diagnostics)
{
    private const int MaxTold = 20;
    private const string SubtasksName = "subtasks";
    private const string GoalName = "goal";
    private const string VersionName = "version";

    private readonly PlanNesting _nesting = new(options);
    private byte[] _held = new byte[8192];
    private int _unread;
    private int _end;
    private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = options.MaxAnswerDepth + 1 });
    private TokenGate _gate;

    private int _subtaskStart = -1;
    private int _subtaskCount;
    private string? _property;
    private bool _isInSubtasks;
    private bool _hasGoal;
    private bool _hasVersion;
    private bool _hasSubtasks;
    private int _told;

    public List<Subtask> Subtasks { get; } = [];

    /// <summary>How many of the first subtasks were read before anything was wrong.</summary>
    public int SoundCount { get; private set; }

    public string Goal { get; private set; } = "";

    /// <summary>Whether its last brace was read.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Whether what follows is no JSON.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Whether nothing more is read: a limit was exceeded, or the plan is of another version.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>The bytes that follow the last token.</summary>
    public ReadOnlySpan<byte> Unread => _held.AsSpan(_unread, _end - _unread);

    /// <summary>Reads on, until the object is closed or broken or too large.</summary>
    public void Read(ReadOnlySpan<byte> slice)
    {
        Hold(slice);
        if (_gate.Advance(Unread))
        {
            ReadTokens();
        }

        if (!IsClosed && !IsBroken && _gate.TokenLength > options.MaxTextLength)
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

    /// <summary>Says what is missing, once the object is closed.</summary>
    public void CheckWhole()
    {
        if (!_hasSubtasks)
        {
            diagnostics.Add(AnswerDiagnostic.Malformed("/subtasks", "the plan has no \"subtasks\"."));
        }
    }

    /// <summary>The value that the last token stands in or before, as a JSON pointer.</summary>
    public string Place() => _subtaskStart >= 0
        ? $"/{SubtasksName}/{_subtaskCount - 1}{AnswerPlace.EndOf(_held.AsSpan(_subtaskStart, _unread - _subtaskStart), options.MaxAnswerDepth)}"
        : _isInSubtasks ? $"/{SubtasksName}/{_subtaskCount}"
        : _property is null ? "" : "/" + JsonPointer.Escape(Excerpt.Of(_property));

    private void Hold(ReadOnlySpan<byte> slice)
    {
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
            return;
        }

        if (tokens > 0)
        {
            _state = reader.CurrentState;
            _unread += (int)reader.BytesConsumed;
            _gate.Reset();
        }

        if (isBroken)
        {
            // The fault of a token counts when the token has ended: before that another may be found first, as it is cut into pieces.
            _gate.Reset();
            IsBroken = _gate.Advance(Unread) && _gate.TokenLength <= options.MaxTextLength;
        }
        else if (tokens > 0 && !IsClosed)
        {
            _gate.Advance(Unread);
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

        switch (depth)
        {
            case 1 when reader.TokenType == JsonTokenType.EndObject:
                IsClosed = true;
                break;
            case 1 when reader.TokenType == JsonTokenType.PropertyName:
                TakeProperty(ref reader);
                break;
            case 1:
                TakeValue(ref reader);
                break;
            case 2 when _isInSubtasks && reader.TokenType == JsonTokenType.EndArray:
                _isInSubtasks = false;
                _property = null;
                break;
            case 2 when _isInSubtasks:
                TakeItem(ref reader);
                break;
            case 3 when _subtaskStart >= 0 && reader.TokenType == JsonTokenType.EndObject:
                CloseSubtask(_unread + (int)reader.BytesConsumed);
                break;
        }
    }

    private void TakeProperty(ref Utf8JsonReader reader)
    {
        bool isGoal = PlanNesting.IsName(ref reader, "goal"u8);
        bool isSubtasks = PlanNesting.IsName(ref reader, "subtasks"u8);
        bool isVersion = PlanNesting.IsName(ref reader, "version"u8);
        _property = isGoal ? GoalName : isSubtasks ? SubtasksName : isVersion ? VersionName : _told < MaxTold ? SurroundingText.Decode(reader.ValueSpan) : "…";
        if (isGoal ? _hasGoal : isVersion ? _hasVersion : _hasSubtasks && isSubtasks)
        {
            Tell("the property stands twice.");
        }
        else if (!isGoal && !isSubtasks && !isVersion)
        {
            Tell("a plan has no such property.");
        }

        _hasGoal |= isGoal;
        _hasSubtasks |= isSubtasks;
        _hasVersion |= isVersion;
    }

    private void TakeValue(ref Utf8JsonReader reader)
    {
        switch (_property)
        {
            case SubtasksName when reader.TokenType == JsonTokenType.StartArray:
                _isInSubtasks = true;
                return;
            case SubtasksName:
                Tell("an array of subtasks is expected there.");
                break;
            case GoalName when reader.TokenType is not (JsonTokenType.String or JsonTokenType.Null):
                Tell("a text is expected there.");
                break;
            case GoalName:
                TakeGoal(ref reader);
                break;
            case VersionName:
                TakeVersion(ref reader);
                break;
        }

        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            _property = null;
        }
    }

    private void TakeGoal(ref Utf8JsonReader reader)
    {
        try
        {
            Goal = reader.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            Tell("it holds text that is no valid Unicode.");
        }
    }

    private void TakeVersion(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int version))
        {
            Tell("a whole number is expected there.");
        }
        else if (PlanVersion.WhyUnreadable(version) is { } reason)
        {
            // What only another version knows is no mistake.
            IsStopped = true;
            diagnostics.Add(reason);
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

        diagnostics.Add(new PlanDiagnostic(
            PlanDiagnosticCode.Malformed, $"/{SubtasksName}/{_subtaskCount - 1}",
            reader.TokenType == JsonTokenType.Null ? "A subtask is null." : "A subtask is an object.", "Remove it."));
        Subtasks.Add(new Subtask { Id = "", TaskType = "" });
    }

    private void CloseSubtask(int end)
    {
        ReadOnlySpan<byte> json = _held.AsSpan(_subtaskStart, end - _subtaskStart);
        Subtasks.Add(SubtaskText.Read(json, $"/{SubtasksName}/{_subtaskCount - 1}", diagnostics));
        SoundCount = diagnostics.Count == 0 ? Subtasks.Count : SoundCount;
        _subtaskStart = -1;
    }

    private void Tell(string message)
    {
        if (++_told <= MaxTold)
        {
            diagnostics.Add(AnswerDiagnostic.Malformed("/" + JsonPointer.Escape(Excerpt.Of(_property!)), message));
        }
    }

    private void Exceed(PlanLimit limit)
    {
        IsStopped = true;
        (string path, string message, string remedy) = limit switch
        {
            PlanLimit.Subtasks => ("/subtasks", $"The plan has more than {options.MaxSubtasks} subtasks.", $"At most {options.MaxSubtasks} are allowed; make a smaller plan."),
            PlanLimit.Dependencies => ("/subtasks", $"The plan has more than {options.MaxDependencies} dependencies.", $"At most {options.MaxDependencies} are allowed; make a smaller plan."),
            PlanLimit.Depth => (Place(), $"Arrays and objects stand in each other more than {options.MaxAnswerDepth} deep.", "Nest less."),
            _ => (Place(), $"A text, name or number has more than {options.MaxTextLength} bytes.", $"Write at most {options.MaxTextLength}."),
        };
        diagnostics.Add(new PlanDiagnostic(PlanDiagnosticCode.TooLarge, path, message, remedy));
    }
}
