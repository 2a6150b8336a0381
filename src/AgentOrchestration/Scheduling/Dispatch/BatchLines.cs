using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Scheduling.Queue;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// The subtasks that wait for their turn and may be in one batch, in the order of their urgency. One that has left the queue meanwhile stays in its line until it comes
/// to the front.
/// </summary>
/// <param name="graph">The graph.</param>
internal sealed class BatchLines(GrowingGraph graph)
{
    private Dictionary<(int Needs, int Part), Line>? _lines;
    private Dictionary<int, int>? _parts;

    /// <summary>Whether any subtask has waited that may be in a batch.</summary>
    public bool IsAny => _lines is not null;

    /// <summary>The part of a broken batch that a subtask is tried again with; 0 for none.</summary>
    public int PartOf(int subtask) => _parts?.GetValueOrDefault(subtask) ?? 0;

    /// <summary>From now on a subtask is in one batch only with those of the same part.</summary>
    public void SetPart(int subtask, int part) => (_parts ??= [])[subtask] = part;

    /// <summary>A subtask waits for its turn.</summary>
    public void Enqueue(int subtask)
    {
        if (graph.Policies[subtask].Batch is not null)
        {
            (int, int) key = KeyOf(subtask);
            if (!(_lines ??= []).TryGetValue(key, out Line? line))
            {
                _lines.Add(key, line = new Line());
            }

            line.Subtasks.Enqueue(graph.UrgencyOf(subtask));
            line.Waiting++;
        }
    }

    /// <summary>A subtask waits for its turn no longer.</summary>
    public void Leave(int subtask)
    {
        if (_lines is not null && graph.Policies[subtask].Batch is not null)
        {
            _lines[KeyOf(subtask)].Waiting--;
        }
    }

    /// <summary>No subtask waits any longer.</summary>
    public void Clear() => _lines = null;

    /// <summary>How many subtasks wait for their turn that may be in one batch with a subtask that does, this one included.</summary>
    public int WaitingWith(int subtask) => _lines![KeyOf(subtask)].Waiting;


    /// <summary>Finds the most urgent subtask that waits for its turn and may be in one batch with another.</summary>
    /// <param name="subtask">The other.</param>
    /// <param name="waits">What subtasks wait for.</param>
    /// <returns>The subtask, or -1 for none.</returns>
    public int FindCompanion(int subtask, Waits waits)
    {
        if (_lines is null || !_lines.TryGetValue(KeyOf(subtask), out Line? line) || line.Waiting == 0)
        {
            return -1;
        }

        while (line.Subtasks.TryPeek(out long urgency))
        {
            if (waits.Of((int)urgency) == WaitReason.Turn)
            {
                return (int)urgency;
            }

            line.Subtasks.Dequeue(urgency);
        }

        return -1;
    }

    private (int Needs, int Part) KeyOf(int subtask) => (graph.NeedVectorOf[subtask], PartOf(subtask));

    private sealed class Line
    {
        public UrgencyQueue Subtasks { get; } = new();

        public int Waiting { get; set; }
    }
}
