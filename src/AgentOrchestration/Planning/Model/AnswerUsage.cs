using AgentOrchestration.Plans;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Planning.Model;

/// <summary>
/// What one answer of a model has used. Where the chat client does not say, or says what cannot be, it is estimated, so that a budget holds all
/// the same.
/// </summary>
internal static class AnswerUsage
{
    private const int BytesPerToken = 4;

    /// <param name="told">What the chat client says.</param>
    /// <param name="askedBytes">How long the question is, in bytes.</param>
    /// <param name="answerLength">How long the answer is, in bytes.</param>
    public static PlanningUsage Of(UsageDetails? told, long askedBytes, long answerLength)
    {
        long asked = TokensOf(askedBytes);
        long answered = TokensOf(answerLength);
        long? input = Possible(told?.InputTokenCount, asked);
        long? output = Possible(told?.OutputTokenCount, answered);
        return new PlanningUsage { InputTokens = input ?? asked, OutputTokens = output ?? answered, IsEstimated = input is null || output is null };
    }

    /// <summary>Two answers together.</summary>
    public static PlanningUsage Sum(PlanningUsage one, PlanningUsage? other) => other is null ? one : one with
    {
        InputTokens = TokenCount.Sum(one.InputTokens, other.InputTokens),
        OutputTokens = TokenCount.Sum(one.OutputTokens, other.OutputTokens),
        IsEstimated = one.IsEstimated || other.IsEstimated,
    };

    /// <summary>An answer that requested schemas and the answer that followed, as two rounds.</summary>
    public static PlanningUsage Both(PlanningUsage one, PlanningUsage other) => Sum(one, other) with { Rounds = 2 };

    /// <summary>Two reports on one answer together.</summary>
    public static UsageDetails Sum(UsageDetails? one, UsageDetails other) => new()
    {
        InputTokenCount = Sum(one?.InputTokenCount, other.InputTokenCount),
        OutputTokenCount = Sum(one?.OutputTokenCount, other.OutputTokenCount),
    };

    private static long? Sum(long? one, long? other) => one is null ? other : other is null ? one : TokenCount.Sum(one.Value, other.Value);

    /// <summary>No text has fewer than no tokens, and none but the empty one has none.</summary>
    private static long? Possible(long? told, long estimated) => told < 0 || (told == 0 && estimated > 0) ? null : told;

    private static long TokensOf(long bytes) => (bytes + BytesPerToken - 1) / BytesPerToken;
}
