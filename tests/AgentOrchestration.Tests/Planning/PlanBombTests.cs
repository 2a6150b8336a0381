using System.Text;
using AgentOrchestration.Plans.Reading;

namespace AgentOrchestration.Tests.Planning;

/// <summary>
/// Answers made to exhaust memory. The limit on their length is lifted, so that what refuses them is the limit on what they consist of:
/// at once, with no more allocated than what may be read.
/// </summary>
public sealed class PlanBombTests
{
    private const long Mebibyte = 1024 * 1024;

    private static PlanLimits AnyLength => new() { MaxAnswerLength = int.MaxValue };

    [Fact]
    public void A_million_subtasks_are_refused_at_the_first_that_is_too_many()
    {
        (PlanReadResult reading, long read, long allocated) = Explode(
            AnyLength, """{"subtasks":[""", i => $$"""{"id":"s{{i}}","type":"t"},""", 1_000_000);

        AssertTooLarge(reading, "/subtasks", "more than 1000 subtasks");
        Assert.Equal(1_000, reading.Plan.Subtasks.Count);
        Assert.InRange(read, 1, 64 * 1024);
        Assert.InRange(allocated, 1, 4 * Mebibyte);
    }

    [Fact]
    public void A_million_items_that_are_no_subtasks_are_refused_as_if_they_were()
    {
        (PlanReadResult reading, _, long allocated) = Explode(AnyLength, """{"subtasks":[""", _ => "1,", 1_000_000);

        Assert.Equal((1_001, PlanDiagnosticCode.TooLarge), (reading.Diagnostics.Count, reading.Diagnostics[^1].Code));
        Assert.InRange(allocated, 1, 4 * Mebibyte);
    }

    [Fact]
    public void A_million_subtasks_of_a_plan_within_the_plan_are_refused_too()
    {
        (PlanReadResult reading, _, long allocated) = Explode(
            AnyLength, """{"subtasks":[{"id":"p","type":"$plan","plan":{"subtasks":[""", i => $$"""{"id":"s{{i}}","type":"t"},""", 1_000_000);

        AssertTooLarge(reading, "/subtasks", "more than 1000 subtasks");
        Assert.InRange(allocated, 1, 4 * Mebibyte);
    }

    [Theory]
    [InlineData("""{"subtasks":[{"id":"a","type":"t","dependsOn":[""")]
    [InlineData("""{"subtasks":[{"id":"p","type":"$plan","plan":{"subtasks":[{"id":"a","type":"t","optionalDependsOn":[""")]
    public void Ten_million_dependencies_are_refused_at_the_first_that_is_too_many(string start)
    {
        (PlanReadResult reading, long read, long allocated) = Explode(AnyLength, start, i => "\"s1\",", 10_000_000);

        AssertTooLarge(reading, "/subtasks", "more than 10000 dependencies");
        Assert.InRange(read, 1, 64 * 1024);
        Assert.InRange(allocated, 1, 4 * Mebibyte);
    }

    [Theory]
    [InlineData("""{"subtasks":[{"id":"a","type":"t","arguments":""", "[", "/subtasks/0/arguments")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t","arguments":""", "{\"a\":", "/subtasks/0/arguments")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t","plan":""", """{"subtasks":[{"plan":""", "/subtasks/0/plan/subtasks/0/plan")]
    [InlineData("""{"other":""", "[", "/other")]
    public void Nesting_of_a_million_is_refused_at_the_first_that_is_too_deep(string start, string step, string place)
    {
        (PlanReadResult reading, long read, long allocated) = Explode(AnyLength, start, _ => step, 1_000_000);

        Assert.Equal(PlanDiagnosticCode.TooLarge, reading.Diagnostics[^1].Code);
        Assert.StartsWith(place, reading.Diagnostics[^1].Path, StringComparison.Ordinal);
        Assert.Contains("more than 64 levels deep", reading.Diagnostics[^1].Message, StringComparison.Ordinal);
        Assert.InRange(read, 1, 8 * 1024);
        Assert.InRange(allocated, 1, Mebibyte);
    }

    [Theory]
    [InlineData("{\"subtasks\":[{\"id\":\"a\",\"type\":\"t\",\"arguments\":{\"x\":\"", "abcdefgh", "/subtasks/0/arguments/x")]
    [InlineData("{\"subtasks\":[{\"id\":\"a\",\"type\":\"t\",\"arguments\":{\"x\":\"", "\\\"\\u00e9", "/subtasks/0/arguments/x")]
    [InlineData("{\"subtasks\":[{\"id\":\"a\",\"type\":\"t\",\"", "name", "/subtasks/0")]
    [InlineData("{\"subtasks\":[{\"id\":\"a\",\"type\":\"t\",\"estimatedMinutes\":1", "00000000", "/subtasks/0/estimatedMinutes")]
    [InlineData("{\"goal\":\"", "abcdefgh", "/goal")]
    public void A_text_of_a_gibibyte_is_refused_when_it_is_too_long(string start, string step, string place)
    {
        (PlanReadResult reading, long read, long allocated) = Explode(AnyLength, start, _ => step, 1024 * Mebibyte / step.Length);

        AssertTooLarge(reading, place, "more than 65536 bytes");
        Assert.InRange(read, 64 * 1024, 72 * 1024);
        Assert.InRange(allocated, 1, 2 * Mebibyte);
    }

    [Theory]
    [InlineData("", " ")]
    [InlineData("", "never a plan ")]
    [InlineData("{", "\"a\":1,")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t"},""", "\n")]
    [InlineData("""{"subtasks":[]} """, "and so on ")]
    [InlineData("""{"subtasks":[{"id":"a","type":"t","arguments":[""", "0,")]
    public void An_answer_without_end_is_refused_when_it_is_too_long(string start, string step)
    {
        (PlanReadResult reading, long read, long allocated) = Explode(new PlanLimits(), start, _ => step, 1024 * Mebibyte / step.Length);

        Assert.Equal((PlanDiagnosticCode.TooLarge, ""), (reading.Diagnostics[^1].Code, reading.Diagnostics[^1].Path));
        Assert.Null(reading.ToRefusal("the answer").Answer);
        Assert.InRange(read, Mebibyte, Mebibyte + (8 * 1024));
        Assert.InRange(allocated, 0, 8 * Mebibyte);
    }

    /// <summary>Feeds an answer in pieces of 4 KiB until the reader stops, and says how much it read and allocated.</summary>
    private static (PlanReadResult Reading, long Read, long Allocated) Explode(PlanLimits options, string start, Func<int, string> step, long steps)
    {
        var reader = new PlanReader(options);
        reader.Append(start);
        long read = start.Length;
        long allocated = 0;
        var piece = new StringBuilder();
        for (int i = 0; i < steps && !reader.IsStopped; i++)
        {
            piece.Append(step(i));
            if (piece.Length >= 4096)
            {
                byte[] utf8 = Encoding.UTF8.GetBytes(piece.ToString());
                long before = GC.GetAllocatedBytesForCurrentThread();
                reader.Append(utf8);
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
                read += utf8.Length;
                piece.Clear();
            }
        }

        Assert.True(reader.IsStopped);
        return (reader.Complete(), read, allocated);
    }

    private static void AssertTooLarge(PlanReadResult reading, string path, string told)
    {
        PlanDiagnostic only = Assert.Single(reading.Diagnostics);
        Assert.Equal((PlanDiagnosticCode.TooLarge, path), (only.Code, only.Path));
        Assert.Contains(told, only.Message, StringComparison.Ordinal);
        Assert.False(reading.IsWhole);
    }
}
