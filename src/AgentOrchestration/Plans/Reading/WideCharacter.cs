namespace AgentOrchestration.Plans.Reading;

/// <summary>Characters outside ASCII that models write in the place of white space and of quotes, in UTF-8.</summary>
internal static class WideCharacter
{
    /// <summary>Gets how many bytes a character has by its first byte.</summary>
    public static int LengthOf(byte first) => first switch { >= 0xF0 => 4, >= 0xE0 => 3, >= 0xC0 => 2, _ => 1 };

    /// <summary>Decides whether it is white space, a byte order mark, or a character without width.</summary>
    public static bool IsSpace(ReadOnlySpan<byte> character) => character switch
    {
        [0xC2, 0xA0] => true,
        [0xE2, 0x80, (>= 0x80 and <= 0x8D) or 0xA8 or 0xA9 or 0xAF] => true,
        [0xE2, 0x81, 0x9F or 0xA0] => true,
        [0xE3, 0x80, 0x80] => true,
        [0xEF, 0xBB, 0xBF] => true,
        _ => false,
    };

    public static bool IsOpeningQuote(ReadOnlySpan<byte> character) => character.SequenceEqual("\u201c"u8);

    public static bool IsClosingQuote(ReadOnlySpan<byte> character) => character.SequenceEqual("\u201d"u8);
}
