using System.Buffers.Text;
using System.Text.Json;

namespace AgentOrchestration.Runs.Journal;

/// <summary>
/// The two events that nearly all of a journal are, read as this version writes them, to the letter: an attempt starts, a subtask succeeds.
/// It saves most of the time that a long run takes to resume. Whatever differs by a byte is read as any other event.
/// </summary>
internal ref struct JournalLine(ReadOnlySpan<byte> rest)
{
    private static readonly JsonReaderOptions OutputOptions = new() { MaxDepth = JournalJson.MaxDepth, AllowTrailingCommas = false };

    private ReadOnlySpan<byte> _rest = rest;

    public static JournalEvent? TryRead(ReadOnlySpan<byte> line)
    {
        var reader = new JournalLine(line);
        return reader.Skips("{\"kind\":\"attempt-started\",\"subtask\":"u8) ? reader.AttemptBegan()
            : reader.Skips("{\"kind\":\"subtask-succeeded\",\"subtask\":"u8) ? reader.Succeeded()
            : null;
    }

    private JournalEvent.AttemptBegan? AttemptBegan() =>
        TryNumber(out int subtask) && Skips(",\"attempt\":"u8) && TryNumber(out int attempt) && TryEnd(out long at)
            ? new JournalEvent.AttemptBegan { Version = JournalEvent.CurrentVersion, At = at, Subtask = subtask, Attempt = attempt }
            : null;

    private JournalEvent.Succeeded? Succeeded()
    {
        if (!TryNumber(out int subtask) || !Skips(",\"attempt\":"u8) || !TryNumber(out int attempt) || !Skips(",\"output\":"u8))
        {
            return null;
        }

        var output = new Utf8JsonReader(_rest, OutputOptions);
        try
        {
            JsonElement element = JsonElement.ParseValue(ref output);
            _rest = _rest[(int)output.BytesConsumed..];
            return TryEnd(out long at)
                ? new JournalEvent.Succeeded { Version = JournalEvent.CurrentVersion, At = at, Subtask = subtask, Attempt = attempt, Output = element }
                : null;
        }
        catch (JsonException)
        {
            // Who reads it as any other event says what is wrong with it.
            return null;
        }
    }

    private bool TryEnd(out long at)
    {
        at = 0;
        if (!Skips(",\"v\":"u8) || !TryNumber(out int version) || version != JournalEvent.CurrentVersion || !Skips(",\"at\":"u8) || !Utf8Parser.TryParse(_rest, out at, out int length) || !IsPlain(length))
        {
            return false;
        }

        _rest = _rest[length..];
        return _rest is [(byte)'}'];
    }

    private bool TryNumber(out int number)
    {
        if (!Utf8Parser.TryParse(_rest, out number, out int length) || !IsPlain(length))
        {
            return false;
        }

        _rest = _rest[length..];
        return true;
    }

    /// <summary>Whether a number is written as JSON has it, without a sign or zeros in front.</summary>
    private readonly bool IsPlain(int length) => _rest[0] is >= (byte)'1' and <= (byte)'9' || (length == 1 && _rest[0] == (byte)'0');

    private bool Skips(ReadOnlySpan<byte> text)
    {
        if (!_rest.StartsWith(text))
        {
            return false;
        }

        _rest = _rest[text.Length..];
        return true;
    }
}
