namespace AgentOrchestration.Execution.Secrets;

/// <summary>
/// The end of what an attempt has streamed, as long as it may be the beginning of a secret whose rest is still to come. Used under its own lock.
/// </summary>
internal sealed class HeldText(RunSecrets secrets)
{
    private string _held = "";
    private int _covered;

    /// <summary>Takes a piece of text.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="isEnd">Whether it is the last.</param>
    /// <returns>What may be shown now; empty for nothing.</returns>
    public string Take(string piece, bool isEnd) => secrets.TakeShown(_held + piece, isEnd, ref _covered, out _held);
}
