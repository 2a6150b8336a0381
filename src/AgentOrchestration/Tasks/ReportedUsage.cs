using System.Text;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks;

/// <summary>What an endpoint says of a call, which may be anything: negative numbers are unknown, and so are names that are none.</summary>
internal static class ReportedUsage
{
    private const int LongestName = 128;

    /// <summary>The names that clients give to tokens written to a prompt cache, which <see cref="UsageDetails"/> has no property for; letters only.</summary>
    private static readonly HashSet<string> CacheWriteNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "CacheCreationInputTokens", "CacheCreationInputTokenCount", "CacheCreationTokens",
        "CacheWriteInputTokens", "CacheWriteInputTokenCount", "CacheWriteTokens", "CacheWriteTokenCount",
    };

    /// <exception cref="ArgumentOutOfRangeException">Code has reported a usage with a number below 0.</exception>
    public static void Check(TaskUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        ArgumentOutOfRangeException.ThrowIfNegative(Math.Min(usage.InputTokens, usage.OutputTokens), nameof(usage));
        ArgumentOutOfRangeException.ThrowIfNegative(usage.Cost, nameof(usage));
        if (usage.Models.Select(static model => model.WhyInvalid()).FirstOrDefault(static reason => reason is not null) is { } reason)
        {
            throw new ArgumentOutOfRangeException(nameof(usage), reason);
        }
    }

    public static ModelUsage Of(UsageDetails? details, string? model)
    {
        long? cached = Known(details?.CachedInputTokenCount);
        long? written = CacheWritesOf(details);
        long? input = Known(details?.InputTokenCount);

        // Clients of endpoints that leave cached tokens out of the input may pass that on: what was cached cannot be more than all.
        if (input is { } reported && UsageSum.Of(cached ?? 0, written ?? 0) is var fromCache && fromCache > reported)
        {
            input = UsageSum.Of(reported, fromCache);
        }

        return new ModelUsage
        {
            Model = NameOf(model),
            InputTokens = input,
            CachedInputTokens = cached,
            CacheWriteTokens = written,
            OutputTokens = Known(details?.OutputTokenCount),
            ReasoningTokens = Known(details?.ReasoningTokenCount),
        };
    }

    private static long? Known(long? count) => count is >= 0 ? count : null;

    private static long? CacheWritesOf(UsageDetails? details) => details?.AdditionalCounts is { } counts
        ? Known(counts.Where(count => CacheWriteNames.Contains(LettersOf(count.Key))).Select(count => (long?)count.Value).FirstOrDefault())
        : null;

    private static string LettersOf(string name) => name.Length > LongestName ? "" : string.Concat(name.Where(char.IsAsciiLetter));

    /// <summary>A name is kept in journals and shown to people.</summary>
    private static string? NameOf(string? model) =>
        string.IsNullOrWhiteSpace(model) || model.Length > LongestName || model.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar || Rune.IsControl(rune)) ? null : model;
}
