using System.Buffers;

namespace AgentOrchestration.Plans;

/// <summary>The grammar of ids and names: ASCII only, so that two ids that look alike are alike. Refused, never normalised.</summary>
internal static class SubtaskId
{
    public const int MaxLength = 64;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    public static bool IsValid(ReadOnlySpan<char> id) =>
        id.Length is > 0 and <= MaxLength && id.IndexOfAnyExcept(Allowed) < 0;
}
