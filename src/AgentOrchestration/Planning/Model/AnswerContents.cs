using System.Text;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Reading;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Planning.Model;

/// <summary>What an answer contains beside its text. Names the answers that are not the text that was asked for because of it.</summary>
internal sealed class AnswerContents
{
    private const int LongestMessage = 500;
    private const string RefusalCode = "Refusal";

    private readonly StringBuilder _refusal = new();
    private ChatFinishReason? _finishReason;
    private string? _error;
    private string? _tool;
    private bool _isToolCall;
    private bool _hasReasoning;
    private bool _hasMessage;

    /// <summary>Gets whether a streamed answer has neither text nor a reason for that: another way of asking may give more.</summary>
    public bool IsSilent => _refusal.Length == 0 && _error is null && !IsToolCall && !_hasReasoning && (_finishReason is null || _finishReason == ChatFinishReason.Stop);

    private bool IsToolCall => _isToolCall || _finishReason == ChatFinishReason.ToolCalls;

    public void Add(ChatResponse response)
    {
        _finishReason = response.FinishReason;
        foreach (AIContent content in response.Messages.SelectMany(message => message.Contents))
        {
            Add(content);
        }
    }

    public void Add(ChatResponseUpdate update)
    {
        _finishReason ??= update.FinishReason;
        if (update.Contents.Count == 0)
        {
            _refusal.Append(StreamedRefusal.PieceOf(update.RawRepresentation));
        }

        foreach (AIContent content in update.Contents)
        {
            Add(content);
        }
    }

    /// <summary>Names the answer.</summary>
    /// <param name="hasText">Whether it has text.</param>
    /// <param name="reading">What was read from its text.</param>
    /// <returns>The errors, or <see langword="null"/> when what was read is all there is to say.</returns>
    public IReadOnlyList<PlanDiagnostic>? Explain(bool hasText, PlanReadResult reading)
    {
        if (Refusal() is { } refusal)
        {
            return [refusal];
        }

        if (reading.Diagnostics.Count == 0)
        {
            return null;
        }

        if (_finishReason == ChatFinishReason.Length)
        {
            return !hasText ? [AnswerDiagnostic.CutOff()]
                : reading.Diagnostics.Any(diagnostic => diagnostic.Code == PlanDiagnosticCode.CutOff) ? null
                : [AnswerDiagnostic.CutOff(), .. reading.Diagnostics];
        }

        return IsToolCall ? [AnswerDiagnostic.ToolCall(_tool)] : hasText ? null : WhyEmpty() is { } reason ? [reason] : null;
    }

    /// <summary>Names an answer that is not the model's whole text.</summary>
    /// <param name="hasText">Whether it has text.</param>
    /// <returns>The error, or <see langword="null"/> when the text is the answer.</returns>
    public PlanDiagnostic? WhyNoAnswer(bool hasText) =>
        Refusal() ?? (_finishReason == ChatFinishReason.Length ? AnswerDiagnostic.CutOff() : hasText ? null : IsToolCall ? AnswerDiagnostic.ToolCall(_tool) : WhyEmpty());

    private PlanDiagnostic? WhyEmpty() =>
        _error is { } error ? AnswerDiagnostic.Endpoint(EndpointError.NameOf(error, status: null) ?? PlanDiagnosticCode.InvalidResponse, Excerpt.Of(error, LongestMessage))
        : _hasReasoning ? AnswerDiagnostic.ReasoningOnly()
        : !_hasMessage && _finishReason is null ? AnswerDiagnostic.Endpoint(PlanDiagnosticCode.InvalidResponse, "it has no message and no finish reason.")
        : null;

    private PlanDiagnostic? Refusal()
    {
        string text = _refusal.ToString().Trim();
        return text.Length > 0 || _finishReason?.Value == "refusal" ? AnswerDiagnostic.Refusal(Excerpt.Of(text, LongestMessage))
            : _finishReason == ChatFinishReason.ContentFilter ? AnswerDiagnostic.Endpoint(PlanDiagnosticCode.ContentFilter, "")
            : null;
    }

    private void Add(AIContent content)
    {
        _hasMessage = true;
        switch (content)
        {
            case ErrorContent { ErrorCode: RefusalCode } refusal:
                // A client may report in the end what has come in pieces.
                _refusal.Clear().Append(refusal.Message);
                break;
            case ErrorContent error:
                _error ??= string.IsNullOrWhiteSpace(error.ErrorCode) ? error.Message : $"{error.ErrorCode}: {error.Message}";
                break;
            case FunctionCallContent call:
                _isToolCall = true;
                _tool ??= Excerpt.Of(call.Name);
                break;
            case TextReasoningContent reasoning:
                _hasReasoning |= !string.IsNullOrWhiteSpace(reasoning.Text);
                break;
        }
    }
}
