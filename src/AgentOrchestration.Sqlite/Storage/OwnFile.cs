namespace AgentOrchestration.Sqlite.Storage;

/// <summary>Creates files that only their owner reads and writes. On Windows the folder decides.</summary>
internal static class OwnFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Creates an empty file, unless there is something of that name, be it a link to nowhere.</summary>
    public static void Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        try
        {
            using var file = new FileStream(path, options);
        }
        catch (IOException) when (File.Exists(path) || new FileInfo(path).LinkTarget is not null)
        {
            // Another process has been quicker, or it is a link; the opening decides.
        }
    }
}
