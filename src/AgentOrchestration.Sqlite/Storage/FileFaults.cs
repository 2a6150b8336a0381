using AgentOrchestration.Runs.Storage;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>The errors of a file of runs, each with its path and what to do about it.</summary>
/// <param name="path">The file.</param>
/// <param name="markPath">The mark beside it.</param>
internal sealed class FileFaults(string path, string markPath)
{
    private const int CorruptCode = 11;

    // SQLITE_READONLY_DBMOVED.
    private const int MovedCode = 1032;

    public RunStoreException Damaged(string what) =>
        new($"The file '{path}' is damaged: {what} Restore it from a copy; nothing of what is damaged is used.");

    public RunStoreException Explain(SqliteException exception) => exception.SqliteErrorCode switch
    {
        _ when exception.SqliteExtendedErrorCode == MovedCode => Gone(exception),
        5 or 6 => new RunStoreException($"The file '{path}' is locked by another process: {exception.Message}", exception) { IsTransient = true },
        8 => new RunStoreException($"The file '{path}' or its folder cannot be written: {exception.Message}", exception),
        10 => new RunStoreException($"The disk of '{path}' fails: {exception.Message}", exception),
        CorruptCode => new RunStoreException($"The file '{path}' is damaged: {exception.Message} Restore it from a copy.", exception),
        13 => new RunStoreException($"The disk of '{path}' is full. Free some space, then resume the runs.", exception),
        14 => new RunStoreException($"The file '{path}' cannot be opened or created: {exception.Message} Its folder must exist and be writable.", exception),
        26 => new RunStoreException($"The file '{path}' is not a SQLite database, or its beginning is damaged.", exception),
        _ => Unusable(exception),
    };

    public RunStoreException Gone(Exception? exception = null) => new(
        $"The file '{path}' was removed or replaced while it was in use. Put it back, with its log '{path}-wal' if it had one, then resume the runs; for a new file, start the process again.", exception);

    public RunStoreException Lost(long marked, long commits) => new(
        $"The file '{path}' has lost {marked - commits} of {marked} commits: it is damaged, or an older copy. Restore a whole copy; to continue with what it holds, delete '{markPath}'.");

    public RunStoreException CutOff() => new(
        $"The file '{path}' is empty, but there have been commits: it was cut off. Restore a whole copy; to start with an empty store, delete it and '{markPath}'.");

    public RunStoreException Unusable(Exception exception) => new($"The file '{path}' cannot be used: {exception.Message}", exception);

    public RunStoreException OfAnotherApplication() => new($"The file '{path}' is a database of another application. Use a file of its own for runs.");

    public RunStoreException OfAnotherForm(int version, int known, string remedy) =>
        new($"The file '{path}' has the form {version}; this version of the library knows the form {known}. {remedy}");

    public RunStoreException WithoutKey() => new(
        $"The file '{path}' was created without a key, or its key was removed: what it holds cannot be trusted. Restore a copy that has its key, or use another file for runs with a key.");

    public RunStoreException KeyMissing() => new($"The file '{path}' has a key, and none was given. Open it with the key that it was created with.");

    public RunStoreException KeyWrong() =>
        new($"The key is not that of the file '{path}'. Open it with the key that it was created with; for another key, use another file.");
}
