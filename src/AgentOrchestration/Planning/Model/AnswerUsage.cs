using AgentOrchestration.Plans;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Planning.Model;

/// <summary>
/// What one answer of a model has used. Where the chat client does not report it, or reports what cannot be, it is estimated, so that a budget holds
/// all the same.
/// </summary>
internal static class AnswerUsage
{
    private const int BytesPerToken = 4;

    /// <param name="call">What the chat client reports.</param>
    /// <param name="askedBytes">How long the question is, in bytes.</param>
    /// <param name="answerLength">How long the answer is, in bytes.</param>
    public static PlanningUsage Of(ModelUsage call, long askedBytes, long answerLength)
    {
        long asked = TokensOf(askedBytes);
        long answered = TokensOf(answerLength);
        long? input = Possible(call.InputTokens, asked);
        long? output = Possible(call.OutputTokens, answered);
        return new PlanningUsage
        {
            InputTokens = input ?? asked,
            OutputTokens = output ?? answered,
            IsEstimated = input is null || output is null,
            Cost = call.Cost ?? 0,
            Models = [call],
        };
    }

    /// <summary>An answer that requested schemas and the answer that followed, as two rounds.</summary>
    public static PlanningUsage Both(PlanningUsage one, PlanningUsage other) => one.Plus(other) with { Rounds = 2 };

    /// <summary>No text has no tokens, but the empty one.</summary>
    private static long? Possible(long? reported, long estimated) => reported == 0 && estimated > 0 ? null : reported;

    private static long TokensOf(long bytes) => (bytes + BytesPerToken - 1) / BytesPerToken;
}
