using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace AgentOrchestration.Runs.Journal;

/// <summary>
/// The rest of a line that is read as this version writes it, to the letter. It saves most of the time that a long run takes to resume. Whatever
/// differs by a byte is left to the general reader. A run is resumed in a process that has just started, so this code is optimized at once.
/// </summary>
internal ref struct PlainLine(ReadOnlySpan<byte> rest)
{
    private static readonly JsonReaderOptions ValueOptions = new() { MaxDepth = JournalJson.MaxDepth };

    private ReadOnlySpan<byte> _rest = rest;

    /// <summary>Gets whether nothing follows but the end of the object.</summary>
    public readonly bool IsAtEnd => _rest is [(byte)'}'];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Skips(ReadOnlySpan<byte> text)
    {
        if (!_rest.StartsWith(text))
        {
            return false;
        }

        _rest = _rest[text.Length..];
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryNumber(out long number)
    {
        if (!Utf8Parser.TryParse(_rest, out number, out int length) || !IsPlain(length))
        {
            return false;
        }

        _rest = _rest[length..];
        return true;
    }

    public bool TryValue(out JsonElement value)
    {
        var reader = new Utf8JsonReader(_rest, ValueOptions);
        try
        {
            value = JsonElement.ParseValue(ref reader);
        }
        catch (JsonException)
        {
            // The general reader says what is wrong with it.
            value = default;
            return false;
        }

        _rest = _rest[(int)reader.BytesConsumed..];
        return true;
    }

    /// <summary>Whether a number is written as JSON has it, without a sign or zeros in front.</summary>
    private readonly bool IsPlain(int length) => _rest[0] is >= (byte)'1' and <= (byte)'9' || (length == 1 && _rest[0] == (byte)'0');
}
