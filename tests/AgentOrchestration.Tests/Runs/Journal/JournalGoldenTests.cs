using System.Text;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Tests.Runs.Journal;

/// <summary>
/// Journals live longer than versions of the library. The files hold lines that an earlier version has written; a change that does not write
/// and read them to the letter needs a new version of the form.
/// </summary>
public sealed class JournalGoldenTests
{
    [Fact]
    public void Every_variety_of_a_fact_is_written_as_an_earlier_version_has_written_it() =>
        Assert.Equal(LinesOf("varieties.jsonl"), JournalVarieties.All.Select(fact => LineOf(fact)));

    [Theory]
    [InlineData("varieties.jsonl")]
    [InlineData("simulated.jsonl")]
    public void What_an_earlier_version_has_written_is_read_and_written_back_to_the_letter(string file)
    {
        string[] lines = LinesOf(file);

        Assert.Equal(lines, lines.Select(WrittenBack));
    }

    private static string LineOf(in RunFact fact) => Encoding.UTF8.GetString(JournalCodec.Write(fact));

    private static string WrittenBack(string line) => LineOf(JournalCodec.Read(Encoding.UTF8.GetBytes(line), "r", 0));

    private static string[] LinesOf(string file)
    {
        using Stream content = typeof(JournalGoldenTests).Assembly.GetManifestResourceStream(file)!;
        using var reader = new StreamReader(content, Encoding.UTF8);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
