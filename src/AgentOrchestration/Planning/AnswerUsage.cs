using System.Text;
using AgentOrchestration.Plans;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Planning;

/// <summary>What one answer of a model has used. Where the chat client does not say, it is estimated, so that a budget holds all the same.</summary>
internal static class AnswerUsage
{
    private const int BytesPerToken = 4;

    /// <param name="told">What the chat client says.</param>
    /// <param name="question">What the model was asked.</param>
    /// <param name="answerLength">How long the answer is, in bytes.</param>
    public static PlanningUsage Of(UsageDetails? told, IEnumerable<ChatMessage> question, long answerLength)
    {
        long? input = told?.InputTokenCount;
        long? output = told?.OutputTokenCount;
        return new PlanningUsage
        {
            InputTokens = input ?? TokensOf(question.Sum(message => (long)Encoding.UTF8.GetByteCount(message.Text))),
            OutputTokens = output ?? TokensOf(answerLength),
            IsEstimated = input is null || output is null,
        };
    }

    /// <summary>Two answers together.</summary>
    public static PlanningUsage Sum(PlanningUsage one, PlanningUsage? other) => other is null ? one : one with
    {
        InputTokens = one.InputTokens + other.InputTokens,
        OutputTokens = one.OutputTokens + other.OutputTokens,
        IsEstimated = one.IsEstimated || other.IsEstimated,
    };

    private static long TokensOf(long bytes) => (bytes + BytesPerToken - 1) / BytesPerToken;
}
