using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Endpoints;

namespace AgentOrchestration.Scheduling.Dispatch;

/// <summary>
/// What attempts of subtasks are expected to use of the limits of their endpoints: the most of what their task type expects, what attempts of it have used in this run on average, and what
/// the subtask has deferred. Where nothing of that is known, one request.
/// </summary>
/// <param name="context">The run.</param>
internal sealed class EndpointLoads(DispatchContext context)
{
    private readonly Dictionary<int, EndpointLoad> _deferred = [];
    private readonly Dictionary<string, (EndpointLoad Sum, int Count)> _used = new(StringComparer.Ordinal);

    /// <summary>How many subtasks have deferred calls, of which it is known what they would use.</summary>
    public int Deferred => _deferred.Count;

    /// <summary>A subtask has deferred calls.</summary>
    public void Expect(int subtask, EndpointLoad load)
    {
        if (load.Calls > 0)
        {
            _deferred[subtask] = load;
        }
    }

    /// <summary>Follows a fact of the run.</summary>
    public void Observe(in RunFact fact)
    {
        if (fact is { Kind: RunFactKind.UsageCounted, Detail: 0, Payload: TaskUsage { Tokens: > 0 } usage } && context.Graph.TaskTypes[fact.Subtask] is { Options.Endpoint: not null } taskType)
        {
            (EndpointLoad sum, int count) = _used.GetValueOrDefault(taskType.Name);
            _used[taskType.Name] = (sum.Plus(new EndpointLoad(Math.Max(1, usage.Models.Sum(static model => model.Calls)), usage.InputTokens, usage.OutputTokens)), count + 1);
        }
    }

    public EndpointLoad Of(int subtask)
    {
        TaskUsage expected = context.Graph.Policies[subtask].ExpectedUsage;
        EndpointLoad load = expected.Tokens > 0 ? new EndpointLoad(1, expected.InputTokens, expected.OutputTokens) : default;
        if (_used.TryGetValue(context.Graph.TaskTypes[subtask].Name, out (EndpointLoad Sum, int Count) used))
        {
            load = load.Max(used.Sum.Divide(used.Count));
        }

        load = load.Max(_deferred.GetValueOrDefault(subtask));
        return load.Calls > 0 ? load : new EndpointLoad(1, 0, 0) { Unknown = 1 };
    }
}
