using System.Text;

namespace AgentOrchestration.Plans.Payloads;

/// <summary>Finds texts that JSON, which is UTF-8, cannot hold: those with half a character. The serializer writes U+FFFD in its place.</summary>
internal static class Texts
{
    public static bool HasHalfCharacter(ReadOnlySpan<char> text)
    {
        while (text.Length > 0)
        {
            if (Rune.DecodeFromUtf16(text, out _, out int length) != System.Buffers.OperationStatus.Done)
            {
                return true;
            }

            text = text[length..];
        }

        return false;
    }

    /// <summary>The text with U+FFFD in place of half characters.</summary>
    public static string Whole(string text) => HasHalfCharacter(text) ? Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) : text;

    /// <summary>Whether a JSON text may hold something in place of half a character. Cheap, and never wrong when it says no.</summary>
    public static bool MayHaveReplaced(ReadOnlySpan<byte> json) => json.IndexOf("uFFFD"u8) >= 0 || json.IndexOf("ufffd"u8) >= 0 || json.IndexOf("\uFFFD"u8) >= 0;
}
