namespace AgentOrchestration.Runs.Storage;

/// <summary>
/// The commands of a store: anybody sends one to a run, and the driver of the run answers it in the append that has the events which follow from it
/// (<see cref="JournalAppend.Answers"/>). A command to a run that nobody drives waits for its next driver. Safe for concurrent use.
/// </summary>
/// <remarks>
/// What an implementation promises, as <c>RunStoreConformance</c> checks it: a command is durable before <see cref="SendAsync"/> returns; it is read,
/// from every instance of the store, until it is answered, and never afterwards; a command that is sent again under its id changes nothing; deleting a
/// run deletes its commands and their answers.
/// </remarks>
public interface IRunInbox
{
    /// <summary>Sends a command. One that was sent already, by its id, is not sent again.</summary>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Cancels the sending; the command may have been sent all the same.</param>
    /// <returns>Whether there is a run of that id.</returns>
    /// <exception cref="ArgumentException"><see cref="RunCommand.ThrowIfInvalid"/> refuses it.</exception>
    ValueTask<bool> SendAsync(RunCommand command, CancellationToken cancellationToken);

    /// <summary>Reads the commands to some runs that are not answered yet, those of each run in the order in which they were sent.</summary>
    /// <param name="runIds">The runs.</param>
    /// <param name="max">How many commands at most, from 1.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The commands.</returns>
    ValueTask<IReadOnlyList<RunCommand>> ReadCommandsAsync(IReadOnlyCollection<string> runIds, int max, CancellationToken cancellationToken);

    /// <summary>Finds the answer to a command.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="commandId">The id of the command.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The answer, or <see langword="null"/> as long as there is none.</returns>
    ValueTask<CommandAnswer?> FindAnswerAsync(string runId, Guid commandId, CancellationToken cancellationToken);
}
