using System.Security.Cryptography;
using System.Text;

namespace AgentOrchestration.Runs;

/// <summary>Which texts can be ids of runs in a store: any well-formed one of 1 to 256 characters. Refused, never changed.</summary>
public static class RunIds
{
    /// <summary>The longest id, in UTF-16 code units.</summary>
    public const int MaxLength = 256;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Refuses what cannot be an id.</summary>
    /// <param name="runId">The text.</param>
    /// <exception cref="ArgumentException">It is empty, too long, or holds half a character.</exception>
    public static void ThrowIfInvalid(string runId)
    {
        ArgumentException.ThrowIfNullOrEmpty(runId);
        if (WhyInvalid(runId) is { } reason)
        {
            throw new ArgumentException(reason, nameof(runId));
        }
    }

    /// <summary>Makes the id of a run that belongs to another one: the same each time. Where it would be too long, a hash represents the id of the other.</summary>
    internal static string Derive(string runId, string suffix) =>
        (runId.Length + suffix.Length > MaxLength ? Convert.ToHexStringLower(SHA256.HashData(Strict.GetBytes(runId))) : runId) + suffix;

    /// <returns>The reason, or <see langword="null"/>.</returns>
    internal static string? WhyInvalid(string runId)
    {
        if (runId.Length is 0 or > MaxLength)
        {
            return $"The id of a run has 1 to {MaxLength} characters; this one has {runId.Length}.";
        }

        return IsWellFormed(runId) ? null : "The id of a run consists of whole characters; this one holds half of one.";
    }

    /// <summary>Whether a text can be written as UTF-8 and read back.</summary>
    internal static bool IsWellFormed(string text)
    {
        try
        {
            _ = Strict.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
