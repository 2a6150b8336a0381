using System.Text;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Reading;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Planning.Model;

/// <summary>What a model writes as a plan, whole or piece by piece.</summary>
/// <param name="limits">How much is read.</param>
/// <param name="optional">Knows which properties of arguments may be left out; <see langword="null"/> when nothing is left out.</param>
/// <param name="mayRequestSchemas">The answer may list task types whose schemas are requested.</param>
internal sealed class PlanAnswerReader(PlanLimits limits, OptionalArguments? optional = null, bool mayRequestSchemas = false)
{
    private readonly PlanReader _reader = new(limits, mayRequestSchemas: mayRequestSchemas);
    private readonly StringBuilder _text = new();
    private readonly AnswerContents _contents = new();

    /// <summary>Whether anything of it has come.</summary>
    public bool HasBegun => _text.Length > 0;

    /// <summary>Gets whether a streamed answer has neither text nor a reason for that.</summary>
    public bool IsSilent => !HasBegun && _contents.IsSilent;

    /// <summary>Whether nothing more is read.</summary>
    public bool IsStopped => _reader.IsStopped;

    /// <summary>Reads the whole of an answer.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="limits">How much is read.</param>
    /// <param name="usage">What it has used, where that is known.</param>
    /// <exception cref="InvalidPlanException">It is no plan.</exception>
    public static TaskPlan Read(string answer, PlanLimits limits, PlanningUsage? usage = null)
    {
        var read = new PlanAnswerReader(limits);
        read.Append(answer);
        return read.Complete(usage);
    }

    /// <summary>Reads the whole of a response.</summary>
    public void Append(ChatResponse response)
    {
        _contents.Add(response);
        Append(response.Text);
    }

    /// <summary>Reads on.</summary>
    /// <returns>The subtasks that the piece completed.</returns>
    public IReadOnlyList<Subtask> Append(ChatResponseUpdate update)
    {
        _contents.Add(update);
        return Append(update.Text);
    }

    /// <summary>Reads on.</summary>
    /// <returns>The subtasks that the piece completed.</returns>
    public IReadOnlyList<Subtask> Append(string piece)
    {
        _text.Append(piece);
        Length += Encoding.UTF8.GetByteCount(piece);
        IReadOnlyList<Subtask> subtasks = _reader.Append(piece);
        return optional is null || subtasks.Count == 0 ? subtasks : [.. subtasks.Select(optional.LeaveOut)];
    }

    /// <summary>How much was written, in bytes of UTF-8.</summary>
    public long Length { get; private set; }

    /// <summary>Ends the reading.</summary>
    /// <param name="usage">What the answer has used, where that is known.</param>
    /// <exception cref="InvalidPlanException">It is no plan.</exception>
    public TaskPlan Complete(PlanningUsage? usage) => CompleteWithRequest(usage).Plan;

    /// <summary>Ends the reading of an answer that may request schemas in place of a plan.</summary>
    /// <param name="usage">What the answer has used, where that is known.</param>
    /// <exception cref="InvalidPlanException">It is neither.</exception>
    public PlanAnswer CompleteWithRequest(PlanningUsage? usage)
    {
        PlanReadResult reading = _reader.Complete();
        reading = optional is null ? reading : reading with { Plan = optional.LeaveOut(reading.Plan) };
        string text = _text.ToString();
        if (_contents.Explain(!string.IsNullOrWhiteSpace(text), reading) is { } diagnostics)
        {
            reading = reading with { Diagnostics = diagnostics, IsWhole = false };
        }

        else if (reading is { IsWhole: true, Plan.Subtasks.Count: 0, RequestedSchemas.Count: > 0 })
        {
            return new PlanAnswer(reading.Plan with { Planning = usage }, reading.RequestedSchemas, text);
        }

        return reading.Diagnostics.Count == 0
            ? new PlanAnswer(reading.Plan with { Planning = usage }, [], text)
            : throw new InvalidPlanException(reading.ToRefusal(text) with { Planning = usage });
    }
}
