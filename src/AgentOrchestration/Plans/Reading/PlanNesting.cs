using System.Text.Json;

namespace AgentOrchestration.Plans.Reading;

/// <summary>Follows the tokens of a plan's JSON: what each object and array is, how many subtasks and dependencies there are, and when that is too much.</summary>
internal sealed class PlanNesting(PlanLimits limits)
{
    private readonly Kind[] _open = new Kind[limits.MaxAnswerDepth];
    private Kind _next;
    private int _subtasks;
    private int _dependencies;

    private enum Kind : byte
    {
        Other,
        Plan,
        Subtasks,
        Subtask,
        Dependencies,
    }

    /// <summary>How many objects and arrays are open.</summary>
    public int Depth { get; private set; }

    /// <summary>Takes the next token.</summary>
    /// <returns>The limit that it exceeds, or <see langword="null"/>.</returns>
    public PlanLimit? Take(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.PropertyName:
                _next = NameIn(_open[Depth - 1], ref reader);
                return reader.ValueSpan.Length > limits.MaxTextLength ? PlanLimit.Text : null;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                return Open(reader.TokenType);
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                Depth--;
                _next = Kind.Other;
                return null;
            default:
                _next = Kind.Other;
                return reader.ValueSpan.Length > limits.MaxTextLength ? PlanLimit.Text : Count(_open[Depth - 1]);
        }
    }

    private PlanLimit? Open(JsonTokenType token)
    {
        if (Depth == _open.Length)
        {
            return PlanLimit.Depth;
        }

        Kind parent = Depth == 0 ? Kind.Other : _open[Depth - 1];
        Kind kind = (token, _next) switch
        {
            (JsonTokenType.StartObject, _) when Depth == 0 => Kind.Plan,
            (JsonTokenType.StartObject, _) when parent == Kind.Subtasks => Kind.Subtask,
            (JsonTokenType.StartObject or JsonTokenType.StartArray, Kind.Subtasks) => Kind.Subtasks,
            (JsonTokenType.StartObject, Kind.Plan) => Kind.Plan,

            // What stands around a plan may hold it.
            (JsonTokenType.StartObject, _) when parent == Kind.Plan => Kind.Plan,
            (JsonTokenType.StartArray, Kind.Dependencies) => Kind.Dependencies,
            _ => Kind.Other,
        };
        _open[Depth++] = kind;
        _next = Kind.Other;
        return Count(parent);
    }

    /// <summary>Counts what appears in a list, whatever it is.</summary>
    private PlanLimit? Count(Kind list) => list switch
    {
        Kind.Subtasks when ++_subtasks > limits.MaxSubtasks => PlanLimit.Subtasks,
        Kind.Dependencies when ++_dependencies > limits.MaxDependencies => PlanLimit.Dependencies,
        _ => null,
    };

    private static Kind NameIn(Kind parent, ref Utf8JsonReader reader) => parent switch
    {
        Kind.Plan when IsName(ref reader, "subtasks"u8) => Kind.Subtasks,
        Kind.Subtask when IsName(ref reader, "dependsOn"u8) || IsName(ref reader, "optionalDependsOn"u8) => Kind.Dependencies,
        Kind.Subtask when IsName(ref reader, "plan"u8) => Kind.Plan,
        _ => Kind.Other,
    };

    /// <summary>Whether a property has a name; one that holds half of a surrogate pair has none.</summary>
    public static bool IsName(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException) when (reader.ValueIsEscaped)
        {
            return false;
        }
    }
}
