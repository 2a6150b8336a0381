using System.Text.RegularExpressions;

namespace AgentOrchestration.Tests.Tables;

/// <summary>Tests by class and method, as tables name them. They are read from the sources, because no test project can load the others.</summary>
internal static partial class TestNames
{
    /// <summary>Gets the names of all tests of all test projects.</summary>
    public static IReadOnlySet<string> All { get; } = Read();

    /// <summary>Finds the tests that a cell names.</summary>
    public static IEnumerable<string> In(string cell) => Named().Matches(cell).Select(match => match.Groups[1].Value);

    private static HashSet<string> Read()
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (string project in Directory.EnumerateDirectories(Path.Combine(Repository.Root, "tests"), "*.Tests"))
        {
            foreach (string path in Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories))
            {
                // A file is named after its class, or after its class and a part of it.
                string type = Path.GetFileName(path).Split('.')[0];
                bool isTest = false;
                foreach (string line in File.ReadLines(path))
                {
                    isTest |= Attribute().IsMatch(line);
                    if (isTest && Method().Match(line) is { Success: true } method)
                    {
                        names.Add($"{type}.{method.Groups[1].Value}");
                        isTest = false;
                    }
                }
            }
        }

        return names;
    }

    [GeneratedRegex(@"`(\w+\.\w+)`")]
    private static partial Regex Named();

    [GeneratedRegex(@"^\s*\[(Fact|Theory)\b")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"^\s*public [^(]*\b(\w+)\(")]
    private static partial Regex Method();
}
