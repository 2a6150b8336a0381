namespace AgentOrchestration.Tests.Tables;

/// <summary>The sources that the tests were built from.</summary>
internal static class Repository
{
    private const string Solution = "AgentOrchestration.sln";

    /// <summary>Gets its folder, found from where the tests run.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, Solution)))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds {Solution}.");
    }
}
