namespace AgentOrchestration.Benchmarks.Compare.Engines;

/// <summary>The results of the steps of a workflow, by the numbers that the library gives them; what branches and joins has numbers too.</summary>
internal sealed class WorkflowCoreResults(int tasks)
{
    private readonly Answer?[] _results = new Answer?[(2 * tasks) + 2];

    public void Keep(int step, Answer answer) => _results[step] = answer;

    public int Count() => _results.Count(result => ReferenceEquals(result, Answer.Instance));

    public void Forget() => Array.Clear(_results);
}
