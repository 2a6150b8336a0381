namespace AgentOrchestration.Runs.Storage;

/// <summary>A command to the driver of a run, such as to cancel it. A store does not know what it means.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Id">Its id, given by the sender, so that a command that is sent again is carried out once.</param>
/// <param name="SentAt">When it was sent.</param>
/// <param name="Content">What is asked, in JSON; at most <see cref="MaxLength"/> bytes.</param>
public sealed record RunCommand(string RunId, Guid Id, DateTimeOffset SentAt, ReadOnlyMemory<byte> Content)
{
    /// <summary>The length of the longest command, in bytes: 65,536.</summary>
    public const int MaxLength = 64 * 1024;

    /// <summary>Refuses what no store takes. Every <see cref="IRunInbox"/> asks it before anything else.</summary>
    /// <exception cref="ArgumentException"><see cref="RunIds"/> refuses the run's id, or <see cref="Content"/> is empty or too long.</exception>
    public void ThrowIfInvalid()
    {
        RunIds.ThrowIfInvalid(RunId);
        if (Content.Length is 0 or > MaxLength)
        {
            throw new ArgumentException($"{nameof(RunCommand)}.{nameof(Content)} has {Content.Length:N0} bytes; it must have 1 to {MaxLength:N0}.");
        }
    }
}
