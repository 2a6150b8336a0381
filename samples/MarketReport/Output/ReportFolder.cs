namespace MarketReport.Output;

/// <summary>The folder that the report goes to. A file is there whole or not at all.</summary>
internal sealed class ReportFolder
{
    private readonly DirectoryInfo _folder;

    private ReportFolder(DirectoryInfo folder) => _folder = folder;

    /// <summary>Opens the folder, and finds out before any work is done whether it can be written.</summary>
    /// <exception cref="OutputException">It cannot.</exception>
    public static ReportFolder Open(string path)
    {
        try
        {
            DirectoryInfo folder = Directory.CreateDirectory(path);
            string probe = Path.Combine(folder.FullName, $".{Guid.NewGuid():N}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return new ReportFolder(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new OutputException($"The folder '{path}' cannot be written: {exception.Message} Choose another with --out.", exception);
        }
    }

    /// <returns>The file's full name.</returns>
    /// <exception cref="OutputException">It cannot be written.</exception>
    public string Write(string name, string content)
    {
        string path = Path.Combine(_folder.FullName, name);
        string part = Path.Combine(_folder.FullName, $".{name}.{Guid.NewGuid():N}");
        try
        {
            File.WriteAllText(part, content);
            File.Move(part, path, overwrite: true);
            return path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            File.Delete(part);
            throw new OutputException($"'{path}' cannot be written: {exception.Message} Choose another folder with --out.", exception);
        }
    }
}
