using System.Text;
using System.Text.Json;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Tests.Scheduling;
using CsCheck;

namespace AgentOrchestration.Tests.Runs.Journal;

/// <summary>The quick way to read the most frequent events is the same as the general one, or none.</summary>
public sealed class JournalLineProperties
{
    private static readonly byte[] Marks = "{}[]\",:\\ 0-+.e1\n\u00e9"u8.ToArray();
    private static readonly string[] Outputs = ["null", "1", "\"\"", "[]", """{"text":"done"}""", """{"a":[1,{"b":"}]"}],"a":2}""", "\"é\"", "1e400"];

    [Fact]
    public void What_is_written_is_read_the_quick_way() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                byte[] line = LineOf(new Random(seed));
                JournalEvent read = JournalLine.TryRead(line)!;

                Assert.NotNull(read);
                Assert.Equal(line, JournalJson.Write(read));
            },
            iter: Simulations.Of(2_000));

    [Fact]
    public void What_is_damaged_is_read_as_the_general_reader_has_it_or_left_to_it() =>
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                var random = new Random(seed);
                byte[] line = Damage(LineOf(random), random);
                if (JournalLine.TryRead(line) is { } quick)
                {
                    JournalEvent general = JsonSerializer.Deserialize(line, JournalJsonContext.Default.JournalEvent)!;
                    Assert.Equal(JournalJson.Write(general), JournalJson.Write(quick));
                    Assert.Equal(JournalEvent.CurrentVersion, general.Version);
                }
            },
            iter: Simulations.Of(20_000));

    private static byte[] LineOf(Random random) => JournalJson.Write(random.Next(2) == 0
        ? new JournalEvent.AttemptBegan { Version = 1, At = random.NextInt64(), Subtask = random.Next(), Attempt = random.Next(3) }
        : new JournalEvent.Succeeded
        {
            Version = 1,
            At = random.NextInt64(),
            Subtask = random.Next(200),
            Attempt = random.Next(3),
            Output = JsonElement.Parse(Outputs[random.Next(Outputs.Length)]),
        });

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
