using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Runs.Journal;

/// <summary>The answer to a command, as an inbox holds it.</summary>
internal sealed record ReplyDocument
{
    [JsonPropertyName("v")]
    public int Version { get; init; } = JournalJson.CurrentVersion;

    /// <summary>Whether the command counted; an answer to a question that is not open, for example, does not.</summary>
    public required bool Counts { get; init; }

    /// <summary>Why the command cannot be carried out at all; <see langword="null"/> when it can.</summary>
    public string? Problem { get; init; }

    public CommandAnswer To(RunCommand command) => new(command.Id, JsonSerializer.SerializeToUtf8Bytes(this, JournalJsonContext.Default.ReplyDocument));

    /// <exception cref="RunStoreException">It is of another version, or damaged.</exception>
    public static ReplyDocument Read(CommandAnswer answer)
    {
        string what = $"The answer to the command {answer.CommandId:N}";
        JournalJson.CheckVersion(answer.Content, what);
        try
        {
            return JsonSerializer.Deserialize(answer.Content.Span, JournalJsonContext.Default.ReplyDocument) ?? throw new JsonException("It is null.");
        }
        catch (Exception exception) when (JournalJson.IsMisread(exception))
        {
            throw new RunStoreException($"{what} cannot be read: {exception.Message}", exception);
        }
    }
}
