using System.Text;
using System.Text.Json;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tests.Scheduling;
using CsCheck;

namespace AgentOrchestration.Tests.Runs.Journal;

/// <summary>Whatever a run does, its journal holds all of it.</summary>
public sealed class JournalCodecProperties
{
    private static readonly byte[] Marks = "{}[]\",:\\ 0-+.e1\n\u00e9"u8.ToArray();
    private static readonly string[] Outputs = ["null", "1", "\"\"", "[]", """{"text":"done"}""", """{"a":[1,{"b":"}]"}],"a":2}""", "\"é\"", "1e400"];

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

    [Fact]
    public void The_lines_that_nearly_all_of_a_journal_are_are_read_the_plain_way() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                byte[] line = LineOf(new Random(seed));
                LineValues values = default;
                JournalKind? kind = JournalKinds.TryReadPlain(line, ref values);

                Assert.NotNull(kind);
                Assert.Equal(line, JournalCodec.Write(kind.FactOf(values)));
            },
            iter: Simulations.Of(2_000));

    [Fact]
    public void What_is_damaged_is_read_the_plain_way_as_the_general_reader_reads_it_or_left_to_it() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                var random = new Random(seed);
                byte[] line = Damage(LineOf(random), random);
                LineValues plain = default;
                if (JournalKinds.TryReadPlain(line, ref plain) is { } kind)
                {
                    Assert.Same(kind, JournalCodec.ReadAny(line, out LineValues general));
                    Assert.Equal(general.Version, plain.Version);
                    Assert.Equal(JournalCodec.Write(kind.FactOf(general)), JournalCodec.Write(kind.FactOf(plain)));
                }
            },
            iter: Simulations.Of(20_000));

    private static byte[] LineOf(Random random) => JournalCodec.Write(random.Next(2) == 0
        ? new RunFact(RunFactKind.AttemptStarted, random.NextInt64(), random.Next(), random.Next(3))
        : new RunFact(RunFactKind.SubtaskSucceeded, random.NextInt64(), random.Next(200), random.Next(3), payload: new StoredOutput(JsonElement.Parse(Outputs[random.Next(Outputs.Length)]))));

    private static byte[] Damage(byte[] sound, Random random)
    {
        List<byte> line = [.. sound];
        int place = random.Next(line.Count);
        switch (random.Next(4))
        {
            case 0:
                line[place] = Marks[random.Next(Marks.Length)];
                break;
            case 1:
                line.Insert(place, Marks[random.Next(Marks.Length)]);
                break;
            case 2:
                line.RemoveAt(place);
                break;
            default:
                line.InsertRange(place, Encoding.UTF8.GetBytes(Outputs[random.Next(Outputs.Length)]));
                break;
        }

        return [.. line];
    }
}
