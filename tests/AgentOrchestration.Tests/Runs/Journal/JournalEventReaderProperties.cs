using System.Text.Json;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tests.Scheduling;

namespace AgentOrchestration.Tests.Runs.Journal;

/// <summary>An event is the same for who follows a run and for who reads its journal.</summary>
public sealed class JournalEventReaderProperties
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fact_of_a_simulated_run_becomes_the_same_event_in_the_run_and_from_its_journal()
    {
        HashSet<RunFactKind> seen = [];
        for (int seed = 0; seed < Simulations.Of(400); seed++)
        {
            var journal = new SimulatedJournal(seed, mayPause: seed % 4 == 3);
            var events = new RunEventFactory("run", journal.Graph);
            var reader = new JournalEventReader(new MemoryRunStore(TimeProvider.System), "run", journal.Graph.Origin.Plan);
            for (int i = 0; i < journal.Facts.Count; i++)
            {
                RunEvent live = events.Create(journal.Facts[i], i);
                RunEvent read = await reader.ReadAsync(journal.Lines[i], TestEnd);

                Assert.Equal(Describe(live), Describe(read));
                seen.Add(journal.Facts[i].Kind);
            }
        }

        Assert.Equal(Enum.GetValues<RunFactKind>().Except([RunFactKind.PlanCompleted, RunFactKind.AttemptInterrupted]), seen.Order());
    }

    /// <summary>Who waits for what is added depends on the effects of the task types, which a reader of the journal does not know.</summary>
    private static string Describe(RunEvent next) => JsonSerializer.Serialize(next is SubtasksAdded added ? added with { AwaitedBy = [] } : next);
}
