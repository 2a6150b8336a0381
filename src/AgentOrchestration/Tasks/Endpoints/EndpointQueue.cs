namespace AgentOrchestration.Tasks.Endpoints;

/// <summary>The calls that wait, the highest priority first, then those that came first. Not thread-safe.</summary>
internal sealed class EndpointQueue
{
    private readonly SortedSet<EndpointCall> _calls = new(Comparer<EndpointCall>.Create(static (left, right) =>
        right.Priority.CompareTo(left.Priority) is not 0 and var byPriority ? byPriority : left.Turn.CompareTo(right.Turn)));

    public int Count => _calls.Count;

    public EndpointCall? First => _calls.Min;

    /// <summary>The input tokens of all of them.</summary>
    public double Input { get; private set; }

    /// <summary>The output tokens of all of them.</summary>
    public double Output { get; private set; }

    public void Add(EndpointCall call)
    {
        _calls.Add(call);
        Input += call.Input;
        Output += call.Output;
    }

    public bool Remove(EndpointCall call)
    {
        if (!_calls.Remove(call))
        {
            return false;
        }

        Input -= call.Input;
        Output -= call.Output;
        return true;
    }
}
