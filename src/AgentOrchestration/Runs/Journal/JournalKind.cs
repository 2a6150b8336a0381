using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Runs.Journal;

/// <summary>A kind of line: its name, the properties between its name and its time, and when its fact can follow.</summary>
internal sealed class JournalKind
{
    private readonly FactRule _rule;
    private readonly JournalField[] _fields;
    private readonly bool _isOfSubtask;
    private readonly uint _required;
    private readonly byte[] _beginning;
    private readonly (byte[] Prefix, JournalField.FieldScanner TryScan)[]? _plain;
    private readonly JournalField.FieldRule[] _rules;

    public JournalKind(string name, RunFactKind fact, FactRule rule, params JournalField[] fields)
    {
        Name = JsonEncodedText.Encode(name);
        Fact = fact;
        _rule = rule;
        _isOfSubtask = fields.Contains(JournalFields.Subtask);
        _fields = [.. fields, JournalFields.Version, JournalFields.At];
        _required = Enumerable.Range(0, _fields.Length).Where(place => !_fields[place].IsOptional).Aggregate(0u, static (all, place) => all | (1u << place));
        _rules = [.. _fields.Select(field => field.WhyInvalid).OfType<JournalField.FieldRule>()];
        _beginning = Encoding.UTF8.GetBytes($"{{\"kind\":\"{name}\"");
        JournalField[] usual = [.. _fields.Where(field => !field.IsOptional)];
        _plain = Array.TrueForAll(usual, field => field.TryScan is not null)
            ? Array.ConvertAll(usual, field => (Encoding.UTF8.GetBytes($",\"{field.Name}\":"), field.TryScan!))
            : null;
    }

    public delegate object? FactPayload(in LineValues line);

    public JsonEncodedText Name { get; }

    public RunFactKind Fact { get; }

    /// <summary>Gets what makes the payload of the fact.</summary>
    /// <value>The default value is <see langword="null"/>: it has none.</value>
    public FactPayload? Payload { get; init; }

    /// <summary>Gets the detail of the fact where no property gives it.</summary>
    public byte Detail { get; init; }

    /// <summary>Gets whether a fact with a payload has this line, where its kind has several.</summary>
    public Func<object?, bool> Holds { get; init; } = static _ => true;

    /// <summary>Why the fact cannot follow in a run, or <see langword="null"/>.</summary>
    public string? WhyImpossible(RunState state, in RunFact fact) => RunFactRules.WhyOutOfPlace(state, fact, _isOfSubtask) ?? _rule(state, fact);

    public void Write(Utf8JsonWriter writer, in RunFact fact)
    {
        foreach (JournalField field in _fields)
        {
            field.Write(writer, field.Name, fact);
        }
    }

    /// <summary>Gets whether lines of this kind can be read as they are written.</summary>
    public bool IsPlain => _plain is not null;

    /// <summary>Reads a line that is as this version writes it, to the letter.</summary>
    /// <returns>Whether it is.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryReadPlain(ReadOnlySpan<byte> content, ref LineValues line)
    {
        var rest = new PlainLine(content);
        if (!rest.Skips(_beginning))
        {
            return false;
        }

        line.Subtask = -1;
        line.Detail = Detail;
        foreach ((byte[] prefix, JournalField.FieldScanner tryScan) in _plain!)
        {
            if (!rest.Skips(prefix) || !tryScan(ref rest, ref line))
            {
                return false;
            }
        }

        return rest.IsAtEnd;
    }

    /// <summary>Reads the properties behind the name of the kind, in any order: each once, and none that the kind does not have.</summary>
    /// <exception cref="JsonException">A property is unknown, missing or repeated.</exception>
    public void Read(ref Utf8JsonReader reader, ref LineValues line)
    {
        line.Subtask = -1;
        line.Detail = Detail;
        uint seen = 0;
        int next = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int place = PlaceOf(ref reader, next);
            if ((seen & (1u << place)) != 0)
            {
                throw new JsonException($"'{_fields[place].Name}' appears twice.");
            }

            seen |= 1u << place;
            next = place + 1;
            reader.Read();
            _fields[place].Read(ref reader, ref line);
        }

        if ((_required & ~seen) is var missing and not 0)
        {
            throw new JsonException($"'{_fields[int.TrailingZeroCount((int)missing)].Name}' is missing.");
        }
    }

    /// <summary>Says which value is out of its range, or <see langword="null"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public string? WhyInvalid(in LineValues line)
    {
        if (JournalRules.WhyNoTime("at", line.At) is { } reason)
        {
            return reason;
        }

        foreach (JournalField.FieldRule whyInvalid in _rules)
        {
            if (whyInvalid(line) is { } other)
            {
                return other;
            }
        }

        return null;
    }

    public RunFact FactOf(in LineValues line) => new(Fact, line.At, line.Subtask, line.Attempt, line.Detail, Payload?.Invoke(line));

    /// <summary>Nearly always it is the next one.</summary>
    private int PlaceOf(ref Utf8JsonReader reader, int next)
    {
        for (int i = 0; i < _fields.Length; i++)
        {
            int place = (next + i) % _fields.Length;
            if (reader.ValueTextEquals(_fields[place].Name.EncodedUtf8Bytes))
            {
                return place;
            }
        }

        throw new JsonException($"'{Name}' has no property '{reader.GetString()}'.");
    }
}
