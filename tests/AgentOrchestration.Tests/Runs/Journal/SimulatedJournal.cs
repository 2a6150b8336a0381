using System.Text.Json;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tests.Scheduling;

namespace AgentOrchestration.Tests.Runs.Journal;

/// <summary>The facts of a random run, with what a journal needs of them: outputs as JSON, and questions with arguments.</summary>
internal sealed class SimulatedJournal
{
    private readonly GrowingGraph _graph;

    public SimulatedJournal(int seed)
    {
        var run = new AdversarialRun(seed);
        Events = run.Play();
        _graph = run.Graph;
        RunHistory history = run.Core.State.History;
        Facts = [.. Enumerable.Range(0, history.Count).Select(index => Storable(history[index]))];
    }

    /// <summary>The events that the run itself has reported.</summary>
    public IReadOnlyList<RunEvent> Events { get; }

    public IReadOnlyList<RunFact> Facts { get; }

    public TaskPlan Plan => _graph.Origin.Plan;

    private static RunFact Storable(in RunFact fact) => fact.Payload switch
    {
        ApprovalQuestion question => With(fact, question with { Arguments = JsonElement.Parse("""{"a":[1,null]}""") }),
        _ when fact.Kind == RunFactKind.SubtaskSucceeded && fact.Payload is not SharedOutput => With(fact, JsonSerializer.SerializeToElement(fact.Payload)),
        _ => fact,
    };

    private static RunFact With(in RunFact fact, object payload) => new(fact.Kind, fact.Time, fact.Subtask, fact.Attempt, fact.Detail, payload);
}
