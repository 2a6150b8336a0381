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

    /// <summary>Reads one report, as it is.</summary>
    public static ModelUsage Of(UsageDetails details) => new()
    {
        Calls = 0,
        InputTokens = Known(details.InputTokenCount),
        CachedInputTokens = Known(details.CachedInputTokenCount),
        CacheWriteTokens = CacheWritesOf(details),
        OutputTokens = Known(details.OutputTokenCount),
        ReasoningTokens = Known(details.ReasoningTokenCount),
    };

    /// <summary>
    /// Adds cached tokens to the input where a client has left them out, as some endpoints do: where there are more of them than of all input, or
    /// where the reported total counts them beside the input.
    /// </summary>
    /// <param name="call">All reports on the call.</param>
    /// <param name="total">The reported total; <see langword="null"/> when there is none.</param>
    public static ModelUsage WithCachedInput(ModelUsage call, long? total)
    {
        long fromCache = UsageSum.Of(call.CachedInputTokens ?? 0, call.CacheWriteTokens ?? 0);
        if (call.InputTokens is not { } input || fromCache == 0)
        {
            return call;
        }

        long whole = UsageSum.Of(input, fromCache);
        return fromCache > input || total == UsageSum.Of(whole, call.OutputTokens ?? 0) ? call with { InputTokens = whole } : call;
    }

    public static long? Known(long? count) => count is >= 0 ? count : null;

    /// <summary>The model of a call: as its answer names it, else as it was asked for, else the one that the client asks by default.</summary>
    public static string? ModelOf(IChatClient client, string? answered, ChatOptions? options) =>
        answered ?? options?.ModelId ?? ((ChatClientMetadata?)client.GetService(typeof(ChatClientMetadata)))?.DefaultModelId;

    /// <summary>A name is kept in journals and shown to people.</summary>
    public static string? NameOf(string? model) =>
        string.IsNullOrWhiteSpace(model) || model.Length > LongestName || model.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar || Rune.IsControl(rune)) ? null : model;

    private static long? CacheWritesOf(UsageDetails details) => details.AdditionalCounts is { } counts
        ? Known(counts.Where(count => CacheWriteNames.Contains(LettersOf(count.Key))).Select(count => (long?)count.Value).FirstOrDefault())
        : null;

    private static string LettersOf(string name) => name.Length > LongestName ? "" : string.Concat(name.Where(char.IsAsciiLetter));
}
