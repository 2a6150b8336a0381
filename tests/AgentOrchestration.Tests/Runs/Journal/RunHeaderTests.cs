using System.Text;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Tests.Runs.Journal;

public sealed class RunHeaderTests
{
    private const string Sound =
        """{"v":1,"plan":{"goal":"","subtasks":[]},"taskTypes":{},"options":{"maxParallelism":5,"cancellationGracePeriod":1,"maxAbandoned":8,"timeout":1,"failurePolicy":"continue","budget":{"maxAttempts":1,"maxTokens":1,"maxCost":1,"maxTime":1,"whenExhausted":"stop"},"maxBypasses":64,"compensationTimeout":1,"maxAddedSubtasks":1,"maxAddedDepth":1,"priority":1},"madeFrom":"r","rerun":["a"]}""";

    [Fact]
    public void A_sound_header_is_read() => Assert.Equal(5, Read(Sound).Options.MaxParallelism);

    [Theory]
    [InlineData("\"maxParallelism\":5", "\"maxParallelism\":0", "'maxParallelism' is 0")]
    [InlineData("\"cancellationGracePeriod\":1", "\"cancellationGracePeriod\":-1", "'cancellationGracePeriod' is -1")]
    [InlineData("\"maxAbandoned\":8", "\"maxAbandoned\":-1", "'maxAbandoned' is -1")]
    [InlineData("\"timeout\":1", "\"timeout\":9223372036854775807", "'timeout' is 9223372036854775807")]
    [InlineData("\"failurePolicy\":\"continue\"", "\"failurePolicy\":0", "continue, stop, compensate")]
    [InlineData("\"maxAttempts\":1", "\"maxAttempts\":0", "'maxAttempts' is 0")]
    [InlineData("\"maxTokens\":1", "\"maxTokens\":-5", "'maxTokens' is -5")]
    [InlineData("\"maxCost\":1", "\"maxCost\":-0.5", "'maxCost' is -0.5")]
    [InlineData("\"maxTime\":1", "\"maxTime\":-1", "'maxTime' is -1")]
    [InlineData("\"maxBypasses\":64", "\"maxBypasses\":-64", "'maxBypasses' is -64")]
    [InlineData("\"compensationTimeout\":1", "\"compensationTimeout\":-1", "'compensationTimeout' is -1")]
    [InlineData("\"maxAddedSubtasks\":1", "\"maxAddedSubtasks\":-1", "'maxAddedSubtasks' is -1")]
    [InlineData("\"maxAddedDepth\":1", "\"maxAddedDepth\":-1", "'maxAddedDepth' is -1")]
    [InlineData("\"priority\":1", "\"priority\":2147483647", "'priority' is 2147483647")]
    [InlineData("\"madeFrom\":\"r\"", "\"madeFrom\":\"\"", "'madeFrom' is not the id of a run")]
    [InlineData("\"rerun\":[\"a\"]", "\"rerun\":[null]", "'rerun' holds null")]
    public void A_value_that_no_run_can_have_is_refused_by_its_name(string sound, string damaged, string reason)
    {
        Assert.Contains(sound, Sound, StringComparison.Ordinal);
        string message = Assert.Throws<RunStoreException>(() => Read(Sound.Replace(sound, damaged, StringComparison.Ordinal))).Message;
        Assert.StartsWith("The header of the run r cannot be read: ", message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    private static RunHeader Read(string header) => RunHeader.Read(Encoding.UTF8.GetBytes(header), "r");
}
