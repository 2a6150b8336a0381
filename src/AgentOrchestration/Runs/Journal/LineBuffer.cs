using System.Buffers;
using System.Text.Json;

namespace AgentOrchestration.Runs.Journal;

/// <summary>Memory and a writer for lines. Lines are written one after another on a thread, so each thread has one of both.</summary>
internal static class LineBuffer
{
    /// <summary>Memory that a large line has needed is not kept for small ones.</summary>
    private const int LargestKept = 64 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _memory;

    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>Begins a line, also when the line before was not completed.</summary>
    public static Utf8JsonWriter Begin()
    {
        ArrayBufferWriter<byte> memory = _memory is { Capacity: <= LargestKept } kept ? kept : _memory = new ArrayBufferWriter<byte>();
        memory.ResetWrittenCount();

        // The properties of a line are fixed, and an element is valid JSON: nothing has to be checked again.
        _writer ??= new Utf8JsonWriter(memory, new JsonWriterOptions { MaxDepth = JournalJson.MaxDepth, SkipValidation = true });
        _writer.Reset(memory);
        return _writer;
    }

    /// <returns>The line.</returns>
    public static byte[] End()
    {
        _writer!.Flush();
        return _memory!.WrittenSpan.ToArray();
    }
}
