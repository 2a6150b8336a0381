using System.Text.Json;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Runs.Journal;

/// <summary>A property of a line: how it is written from a fact, how it is read, and which values it can have.</summary>
internal sealed class JournalField(string name)
{
    public delegate void FieldWriter(Utf8JsonWriter writer, JsonEncodedText name, in RunFact fact);

    public delegate void FieldReader(ref Utf8JsonReader reader, ref LineValues line);

    public delegate bool FieldScanner(ref PlainLine rest, ref LineValues line);

    public delegate string? FieldRule(in LineValues line);

    public delegate T FieldGetter<T>(in RunFact fact);

    public delegate void FieldSetter<T>(ref LineValues line, T value);

    public JsonEncodedText Name { get; } = JsonEncodedText.Encode(name);

    /// <summary>Gets whether a line may be without it.</summary>
    public bool IsOptional { get; init; }

    public required FieldWriter Write { get; init; }

    /// <summary>Gets what reads the value. What it throws on any other value is among <see cref="JournalJson.IsMisread"/>.</summary>
    public required FieldReader Read { get; init; }

    /// <summary>Gets what reads the value in a line that is as this version writes it.</summary>
    /// <value>The default value is <see langword="null"/>: lines with this property are left to the general reader.</value>
    public FieldScanner? TryScan { get; init; }

    /// <summary>Gets what says which value is out of range, by its name.</summary>
    public FieldRule? WhyInvalid { get; init; }
}
