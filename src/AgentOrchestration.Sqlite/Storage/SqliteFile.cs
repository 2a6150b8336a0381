using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Storage;

/// <summary>What SQLite knows of an open file, and neither its SQL nor its provider reports.</summary>
internal static partial class SqliteFile
{
    // SQLITE_FCNTL_HAS_MOVED: sqlite.org/c3ref/c_fcntl_begin_atomic_write.html. Windows does not know it, and lets nobody remove an open file.
    private const int HasMovedCode = 20;

    private const string Library = "e_sqlite3";

    // An application may have chosen another build of SQLite, whose files cannot be asked here.
    private static readonly bool IsKnown = SQLitePCL.raw.GetNativeLibraryName() == Library;

    /// <summary>Whether the file was removed, renamed or replaced since the connection was opened.</summary>
    public static bool HasMoved(SqliteConnection connection)
    {
        int hasMoved = 0;
        return IsKnown && Control(connection.Handle!, 0, HasMovedCode, ref hasMoved) == 0 && hasMoved != 0;
    }

#pragma warning disable CA5393 // Beside the application, and nowhere else, is where its provider finds SQLite too.
    [LibraryImport(Library, EntryPoint = "sqlite3_file_control")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static partial int Control(SafeHandle database, nint name, int operation, ref int argument);
#pragma warning restore CA5393
}
