namespace AgentOrchestration.Sqlite.Storage;

/// <summary>
/// A run in the directory of a file, which is ordered by id. Each entry names the one before it, and the first, of the empty id, names the last.
/// So an id that is not found is proven not to be there by one entry, and a run that damage hides is found out without reading all the others.
/// </summary>
/// <param name="RunId">The id of the run.</param>
/// <param name="Run">Its key in the tables.</param>
/// <param name="Previous">The id of the entry before it.</param>
internal sealed record DirectoryEntry(string RunId, long Run, string Previous)
{
    /// <summary>Gets the id of the first entry, which is of no run.</summary>
    public const string First = "";

    /// <summary>Gets the first entry of a new file.</summary>
    public static DirectoryEntry OfNewFile { get; } = new(First, 0, First);
}
