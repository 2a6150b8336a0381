using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Postgres.Storage;

/// <summary>An append to the journal of one run.</summary>
/// <param name="append">The append, which is checked.</param>
/// <param name="lines">Its events.</param>
internal sealed class AppendRequest(JournalAppend append, byte[] lines)
    : WriteRequest<AppendOutcome>(append.Lease.RunId, lines.Length + append.Blobs.Sum(blob => (long)blob.Content.Length) + append.Answers.Sum(answer => (long)answer.Content.Length))
{
    public JournalAppend Append { get; } = append;

    public byte[] Lines { get; } = lines;
}
