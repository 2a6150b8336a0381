using System.Text;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Reading;

namespace AgentOrchestration.Tests.Plans.Reading;

public sealed class PlanReaderTests
{
    private const string Two = """{"goal":"g","subtasks":[{"id":"a","type":"t"}, {"id":"b","type":"t","dependsOn":["a"]}]}""";

    [Fact]
    public void A_subtask_comes_with_the_byte_that_closes_its_object()
    {
        var reader = new PlanReader(new PlanLimits());
        List<(int Length, string Id)> read = [];
        foreach ((int index, byte next) in Encoding.UTF8.GetBytes(Two).Index())
        {
            read.AddRange(reader.Append([next]).Select(subtask => (index + 1, subtask.Id)));
        }

        Assert.Equal([(Two.IndexOf("}, {", StringComparison.Ordinal) + 1, "a"), (Two.Length - 2, "b")], read);
        PlanReadResult reading = reader.Complete();
        Assert.Empty(reading.Diagnostics);
        Assert.True(reading.IsWhole);
        Assert.Equal("g", reading.Plan.Goal);
        Assert.Equal(["a", "b"], reading.Plan.Subtasks.Select(subtask => subtask.Id));
    }

    [Fact]
    public void A_name_that_ends_within_a_character_is_another_name()
    {
        var reader = new PlanReader(new PlanLimits());
        reader.Append([.. "{\"subtasks"u8, 0xE2, .. "\":[{\"id\":\"a\",\"type\":\"t\"}]}"u8]);

        PlanReadResult reading = reader.Complete();

        Assert.True(reading.Diagnostics.Count > 0 || reading.Plan.Repairs.Count > 0);
    }

    [Fact]
    public void A_whole_answer_gives_all_its_subtasks_at_once()
    {
        var reader = new PlanReader(new PlanLimits());

        Assert.Equal(["a", "b"], reader.Append(Two).Select(subtask => subtask.Id));
    }

    [Theory]
    [InlineData("""{"subtasks":[{"id":"a","type":"t"},{"id":"b","ty""", "/subtasks/1")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t"},{"id":"b","type":"t","arguments":{"x":[1,{"y":tr""", "/subtasks/1/arguments/x/1/y")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t"}""", "/subtasks/1")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t"}]""", "")]
    public void An_answer_that_is_cut_off_says_where_and_how_much_was_read(string answer, string place)
    {
        PlanReadResult reading = Read(answer);

        PlanDiagnostic only = Assert.Single(reading.Diagnostics);
        Assert.Equal((PlanDiagnosticCode.CutOff, place), (only.Code, only.Path));
        Assert.Contains($"after {answer.Length} bytes", only.Message, StringComparison.Ordinal);
        Assert.Contains("1 subtasks were read", only.Message, StringComparison.Ordinal);
        Assert.Equal(["a"], reading.Plan.Subtasks.Select(subtask => subtask.Id));
        Assert.False(reading.IsWhole);
        Assert.Null(reading.ToRefusal(answer).Plan);
    }

    [Theory]
    [InlineData("Here is the plan:\n```json\n", "\n```\nI hope it helps {you}.", true, true)]
    [InlineData("```\n", "```", true, false)]
    [InlineData("{See} ", "", false, true)]
    [InlineData("", " Done.", false, true)]
    [InlineData(" \r\n", "\n", false, false)]
    public void Fences_and_prose_are_left_out_and_recorded(string before, string after, bool fence, bool prose)
    {
        PlanReadResult reading = Read(before + Two + after);

        Assert.Empty(reading.Diagnostics);
        Assert.Equal(2, reading.Plan.Subtasks.Count);
        Assert.Equal(fence, reading.Plan.Repairs.Any(repair => repair.Code == PlanRepairCode.CodeFence));
        PlanRepair? left = reading.Plan.Repairs.SingleOrDefault(repair => repair.Code == PlanRepairCode.Prose);
        Assert.Equal(prose, left is not null);
        Assert.Equal(fence || prose, reading.Plan.Repairs.Count > 0);
    }

    [Theory]
    [InlineData(Two + " or {\"subtasks\":[]}")]
    [InlineData(Two + "]}")]
    [InlineData(Two + ",")]
    [InlineData("[" + Two + "]")]
    public void What_may_be_another_plan_or_part_of_one_is_refused(string answer) =>
        Assert.Contains(Read(answer).Diagnostics, diagnostic => diagnostic.Code == PlanDiagnosticCode.Malformed);

    [Fact]
    public void Every_mistake_in_the_writing_is_told_with_its_place()
    {
        PlanReadResult reading = Read(
            """
            {"goal":1,"extra":{"id":[]},"subtasks":[
              {"id":"a","type":"t","code":"x","name":1,"name":"n"},
              null,
              {"type":5,"dependsOn":["a",true],"resources":{"cpu":"x"}},
              {"id":"p","type":"$plan","plan":{"subtasks":[{"id":"i","type":"t","url":"u"},7]}},
              {"id":"b","type":"t","policy":{"maxAttempts":9}}],"goal":"g"}
            """);

        Assert.Equal(
            [
                "/goal", "/extra", "/subtasks/0/code", "/subtasks/0/name", "/subtasks/0/name", "/subtasks/1", "/subtasks/2/type", "/subtasks/2/dependsOn",
                "/subtasks/2/resources", "/subtasks/2/id", "/subtasks/3/plan/subtasks/0/url", "/subtasks/3/plan/subtasks/1", "/subtasks/4/policy", "/goal",
            ],
            reading.Diagnostics.Select(diagnostic => diagnostic.Path));
        Assert.True(reading.IsWhole);
        Assert.Equal(["a", "", "", "p", "b"], reading.Plan.Subtasks.Select(subtask => subtask.Id));
    }

    [Fact]
    public void Nothing_comes_any_more_once_something_is_wrong()
    {
        var reader = new PlanReader(new PlanLimits());

        Assert.Equal(["a"], reader.Append("""{"subtasks":[{"id":"a","type":"t"},{"id":"b","typ":"t"},{"id":"c","type":"t"}""").Select(subtask => subtask.Id));
        Assert.Empty(reader.Append(""",{"id":"d","type":"t"}]}"""));
        Assert.Equal(4, reader.Complete().Plan.Subtasks.Count);
    }

    [Fact]
    public void A_text_that_is_longer_than_any_may_be_is_refused_before_it_ends()
    {
        var reader = new PlanReader(new PlanLimits { MaxTextLength = 100 });
        for (int i = 0; i < 20; i++)
        {
            reader.Append(i == 0 ? "{\"goal\":\"" : "ten bytes.");
        }

        PlanDiagnostic only = Assert.Single(reader.Complete().Diagnostics);

        Assert.Equal((PlanDiagnosticCode.TooLarge, "/goal"), (only.Code, only.Path));
    }

    [Fact]
    public void A_pair_of_surrogates_may_come_in_two_pieces()
    {
        var reader = new PlanReader(new PlanLimits());
        foreach (char next in """{"subtasks":[{"id":"a","type":"t","name":"😀"}]}""")
        {
            reader.Append([next]);
        }

        Assert.Equal("😀", Assert.Single(reader.Complete().Plan.Subtasks).Name);
    }

    [Fact]
    public void Text_that_is_no_UTF_8_is_told_where_it_stands()
    {
        var reader = new PlanReader(new PlanLimits());
        reader.Append([.. """{"subtasks":[{"id":"a","type":"t","arguments":{"x":"""u8, (byte)'"', 0xC3, 0x28, (byte)'"', .. "}}]}"u8]);

        PlanDiagnostic only = Assert.Single(reader.Complete().Diagnostics);

        Assert.Equal((PlanDiagnosticCode.Malformed, "/subtasks/0"), (only.Code, only.Path));
    }

    [Fact]
    public void Half_a_character_is_told_alike_however_the_answer_comes()
    {
        // Not in attributes, which cannot hold half a character. Long enough that what stands before is read at once when it comes at once.
        Assert.All(
            [
                "{\"goal\":\"An answer that is longer than what is held back before it is read.\",\"subtasks\": x ,\ud800y",
                "{\"goal\":\"\ud800\"}",
                "{\"goal\":\"a\"} \udc00",
            ],
            TellsAlike);
    }

    private static void TellsAlike(string answer)
    {
        var reader = new PlanReader(new PlanLimits());
        foreach (char letter in answer)
        {
            reader.Append([letter]);
        }

        Assert.Equal(Read(answer).Diagnostics, reader.Complete().Diagnostics);
    }

    private static PlanReadResult Read(string answer)
    {
        var reader = new PlanReader(new PlanLimits());
        reader.Append(answer);
        return reader.Complete();
    }
}
