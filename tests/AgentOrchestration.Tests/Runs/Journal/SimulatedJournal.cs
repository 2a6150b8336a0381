using System.Text.Json;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tests.Scheduling;

namespace AgentOrchestration.Tests.Runs.Journal;

/// <summary>The facts of a random run, as the run has them and as a journal holds them. Outputs are JSON, and questions have arguments.</summary>
internal sealed class SimulatedJournal
{
    public SimulatedJournal(int seed, bool mayPause = false)
    {
        var run = new AdversarialRun(seed, mayBatch: false, mayPause: mayPause);
        run.Play();
        Graph = run.Graph;
        RunHistory history = run.Core.State.History;
        Facts = [.. Enumerable.Range(0, history.Count).Select(index => WithJson(history[index]))];
        Lines = [.. Facts.Select(fact => JournalCodec.Write(Stored(fact)))];
    }

    /// <summary>The graph as it is at the end.</summary>
    public GrowingGraph Graph { get; }

    public IReadOnlyList<RunFact> Facts { get; }

    public IReadOnlyList<byte[]> Lines { get; }

    private static RunFact WithJson(RunFact fact) => fact switch
    {
        { Payload: ApprovalQuestion question } => fact.With(question with { Arguments = JsonElement.Parse("""{"a":[1,null]}""") }),
        { Payload: SharedOutput shared } => fact.With(shared with { Output = JsonSerializer.SerializeToElement(shared.Output) }),
        { Payload: FallbackOutput } => fact,
        { Payload: HeldOutput held } => fact.With(new HeldOutput(JsonSerializer.SerializeToElement(held.Output))),
        { Kind: RunFactKind.SubtaskSucceeded or RunFactKind.OutputHeld } => fact.With(JsonSerializer.SerializeToElement(fact.Payload)),
        _ => fact,
    };

    private static RunFact Stored(RunFact fact) => fact.Payload switch
    {
        GraphGrowth growth => fact.With(AddedPlan.Of(growth)),
        JsonElement output => fact.With(new StoredOutput(output)),
        _ => fact,
    };
}
