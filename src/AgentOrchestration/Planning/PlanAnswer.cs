using System.Text;
using AgentOrchestration.Plans;

namespace AgentOrchestration.Planning;

/// <summary>What a model writes as a plan, whole or piece by piece.</summary>
internal sealed class PlanAnswer(PlanningOptions options)
{
    private readonly PlanReader _reader = new(options);
    private readonly StringBuilder _text = new();

    /// <summary>Whether anything of it has come.</summary>
    public bool HasBegun => _text.Length > 0;

    /// <summary>Whether nothing more is read.</summary>
    public bool IsStopped => _reader.IsStopped;

    /// <summary>Reads the whole of an answer.</summary>
    /// <exception cref="InvalidPlanException">It is no plan.</exception>
    public static TaskPlan Read(string answer, PlanningOptions options)
    {
        var read = new PlanAnswer(options);
        read.Append(answer);
        return read.Complete();
    }

    /// <summary>Reads on.</summary>
    /// <returns>The subtasks that the piece completed.</returns>
    public IReadOnlyList<Subtask> Append(string piece)
    {
        _text.Append(piece);
        return _reader.Append(piece);
    }

    /// <summary>Ends the reading.</summary>
    /// <exception cref="InvalidPlanException">It is no plan.</exception>
    public TaskPlan Complete()
    {
        PlanReading reading = _reader.Complete();
        return reading.Diagnostics.Count == 0 ? reading.Plan : throw new InvalidPlanException(reading.ToRefusal(_text.ToString()));
    }
}
