using System.Text;
using System.Text.Json;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tests.Scheduling;

namespace AgentOrchestration.Tests.Runs.Journal;

/// <summary>Whatever a run does, its journal holds all of it.</summary>
public sealed class JournalCodecProperties
{
    [Fact]
    public void Every_line_of_a_simulated_run_is_read_as_its_fact_and_written_back_to_the_letter()
    {
        for (int seed = 0; seed < Simulations.Of(300); seed++)
        {
            var journal = new SimulatedJournal(seed);
            for (int i = 0; i < journal.Lines.Count; i++)
            {
                RunFact fact = journal.Facts[i];
                RunFact read = JournalCodec.Read(journal.Lines[i], "r", i);

                Assert.Equal((fact.Kind, fact.Time, fact.Subtask, fact.Attempt, fact.Detail), (read.Kind, read.Time, read.Subtask, read.Attempt, read.Detail));
                Assert.Equal(journal.Lines[i], JournalCodec.Write(read));
            }
        }
    }

    [Fact]
    public void The_order_of_the_properties_behind_the_kind_does_not_matter()
    {
        var random = new Random(1);
        foreach (RunFact fact in JournalVarieties.All)
        {
            byte[] line = JournalCodec.Write(fact);
            JsonProperty[] properties = [.. JsonElement.Parse(line).EnumerateObject()];
            random.Shuffle(properties.AsSpan(1));
            string shuffled = $"{{{string.Join(" , ", properties.Select(property => $"\"{property.Name}\" : {property.Value.GetRawText()}"))}}}";

            Assert.Equal(line, JournalCodec.Write(JournalCodec.Read(Encoding.UTF8.GetBytes(shuffled), "r", 0)));
        }
    }

    [Fact]
    public void A_line_that_cannot_be_written_leaves_nothing_in_the_next()
    {
        var sound = new RunFact(RunFactKind.AttemptStarted, 5, 2, 1);
        byte[] line = JournalCodec.Write(sound);

        Assert.ThrowsAny<Exception>(() => JournalCodec.Write(new RunFact(RunFactKind.ApprovalRequested, 5, 2, payload: new ApprovalQuestion("F", default))));
        Assert.Equal(line, JournalCodec.Write(sound));
    }
}
