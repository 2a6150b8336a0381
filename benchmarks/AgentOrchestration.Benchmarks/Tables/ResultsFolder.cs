namespace AgentOrchestration.Benchmarks.Tables;

/// <summary>Where results are kept with the code: <c>benchmarks/results</c> of the repository that this program was built in.</summary>
internal static class ResultsFolder
{
    private const string Solution = "AgentOrchestration.sln";

    /// <summary>The folder of the repository.</summary>
    public static string Repository
    {
        get
        {
            DirectoryInfo? root = new(AppContext.BaseDirectory);
            while (root is not null && !File.Exists(Path.Combine(root.FullName, Solution)))
            {
                root = root.Parent;
            }

            return root?.FullName ?? throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds {Solution}.");
        }
    }

    public static Task WriteAsync(string name, string text, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync(Path.Combine(Repository, "benchmarks", "results", name), text, cancellationToken);
}
