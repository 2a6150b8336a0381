using System.Text.Json;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Runs.Journal;

/// <summary>
/// Writes facts as lines and reads them back, by the table of <see cref="JournalKinds"/>. The payload of an output is a <see cref="StoredOutput"/>
/// (a shared one has no output when it is read), that of a growth an <see cref="AddedPlan"/>: what else they are takes the graph and the types.
/// </summary>
internal static class JournalCodec
{
    private static readonly JsonEncodedText Kind = JsonEncodedText.Encode("kind");
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = JournalJson.MaxDepth };

    /// <returns>The line, without a line break.</returns>
    public static byte[] Write(in RunFact fact)
    {
        JournalKind kind = JournalKinds.Of(fact);
        Utf8JsonWriter writer = LineBuffer.Begin();
        writer.WriteStartObject();
        writer.WriteString(Kind, kind.Name);
        kind.Write(writer, fact);
        writer.WriteEndObject();
        return LineBuffer.End();
    }

    /// <exception cref="RunStoreException">It is of another version or kind, or damaged.</exception>
    public static RunFact Read(ReadOnlyMemory<byte> content, string runId, long sequence)
    {
        LineValues line = default;
        JournalKind kind;
        try
        {
            kind = JournalKinds.TryReadPlain(content.Span, ref line) ?? ReadAny(content.Span, out line);
        }
        catch (Exception exception) when (JournalJson.IsMisread(exception))
        {
            // What another version wrote may read as damage; which of both it is decides what helps.
            JournalJson.CheckVersion(content, $"Event {sequence} of the run {Excerpt.Of(runId)}");
            throw new RunStoreException($"Event {sequence} of the run {Excerpt.Of(runId)} cannot be read: {exception.Message}", exception);
        }

        return line.Version != JournalJson.CurrentVersion ? throw JournalJson.OtherVersion($"Event {sequence} of the run {Excerpt.Of(runId)}", line.Version)
            : kind.WhyInvalid(line) is { } reason ? throw new RunStoreException($"Event {sequence} of the run {Excerpt.Of(runId)} cannot be read: {reason}")
            : kind.FactOf(line);
    }

    /// <summary>Reads a line in whatever form. The kind comes first, so that what is behind it is read only once.</summary>
    /// <exception cref="JsonException">It is no line that this version knows; other exceptions of <see cref="JournalJson.IsMisread"/> say the same.</exception>
    public static JournalKind ReadAny(ReadOnlySpan<byte> content, out LineValues line)
    {
        line = default;
        var reader = new Utf8JsonReader(content, ReaderOptions);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("It is not an object.");
        }

        if (!reader.Read() || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals(Kind.EncodedUtf8Bytes) || !reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("It does not begin with its 'kind'.");
        }

        JournalKind kind = JournalKinds.Named(ref reader);
        kind.Read(ref reader, ref line);

        // Throws when anything follows.
        reader.Read();
        return kind;
    }
}
