using System.Text;

namespace AgentOrchestration.Runs;

/// <summary>
/// The message of an error as it is kept, logged and shown: at most 64 KiB of UTF-8. A tool's whole answer may be in an exception, and what is kept
/// of it goes into events, logs and the journal.
/// </summary>
internal static class ErrorText
{
    public const int MaxBytes = 64 * 1024;

    // A character of UTF-16 is at most so many bytes of UTF-8.
    private const int BytesOfCharacter = 3;

    /// <summary>Cuts a message that is too long, never within a character, and says how long it was.</summary>
    public static string Capped(string message)
    {
        if (message.Length <= MaxBytes / BytesOfCharacter || (message.Length <= MaxBytes && Encoding.UTF8.GetByteCount(message) <= MaxBytes))
        {
            return message;
        }

        string mark = $"… (cut, {message.Length} characters in all)";
        int bytes = MaxBytes - Encoding.UTF8.GetByteCount(mark);
        int length = 0;
        while (length < message.Length)
        {
            Rune.DecodeFromUtf16(message.AsSpan(length), out Rune rune, out int taken);
            bytes -= rune.Utf8SequenceLength;
            if (bytes < 0)
            {
                break;
            }

            length += taken;
        }

        return $"{message.AsSpan(0, length)}{mark}";
    }
}
