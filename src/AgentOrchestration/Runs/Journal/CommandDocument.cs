using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Runs.Journal;

/// <summary>What a command asks, as an inbox holds it. Whoever can write to the store can send one, so it is checked like any input from outside.</summary>
internal sealed record CommandDocument
{
    [JsonPropertyName("v")]
    public int Version { get; init; } = JournalJson.CurrentVersion;

    [JsonConverter(typeof(EnumNames<CommandKind>))]
    public required CommandKind Command { get; init; }

    /// <summary>The id of the subtask that is meant.</summary>
    public string? Subtask { get; init; }

    /// <summary>The fingerprint of the question that is answered.</summary>
    public string? Fingerprint { get; init; }

    public bool? IsApproved { get; init; }

    public string? By { get; init; }

    public string? Reason { get; init; }

    public BudgetDocument? Budget { get; init; }

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, JournalJsonContext.Default.CommandDocument);

    /// <exception cref="RunStoreException">It is of another version, or none.</exception>
    public static CommandDocument Read(RunCommand command)
    {
        string what = $"The command {command.Id:N} to the run {Excerpt.Of(command.RunId)}";
        JournalJson.CheckVersion(command.Content, what);
        try
        {
            CommandDocument content = JsonSerializer.Deserialize(command.Content.Span, JournalJsonContext.Default.CommandDocument) ?? throw new JsonException("It is null.");
            return content.WhyInvalid() is { } reason ? throw new JsonException(reason) : content;
        }
        catch (Exception exception) when (JournalJson.IsMisread(exception))
        {
            throw new RunStoreException($"{what} cannot be read: {exception.Message}", exception);
        }
    }

    private string? WhyInvalid() => Command switch
    {
        CommandKind.CancelSubtask when Subtask is null => "It names no subtask.",
        CommandKind.Decide when Subtask is null || Fingerprint is null || IsApproved is null => "It answers no question.",
        CommandKind.ExtendBudget when Budget is null => "It has no budget.",
        CommandKind.ExtendBudget => BudgetRules.WhyInvalid(Budget!.ToBudget()),
        _ => null,
    };
}
