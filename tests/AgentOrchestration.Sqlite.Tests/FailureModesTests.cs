using System.Reflection;
using System.Text.RegularExpressions;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>The table of failure modes names tests that exist.</summary>
public sealed partial class FailureModesTests
{
    [Fact]
    public void Every_test_that_the_table_names_exists()
    {
        using var table = new StreamReader(typeof(FailureModesTests).Assembly.GetManifestResourceStream("FailureModes.md")!);
        string[] named = [.. NamedTest().Matches(table.ReadToEnd()).Select(match => match.Groups[1].Value)];
        HashSet<string> tests =
        [
            .. typeof(FailureModesTests).Assembly.GetTypes()
                .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance))
                .Where(method => method.IsDefined(typeof(FactAttribute), inherit: true))
                .Select(method => $"{method.DeclaringType!.Name}.{method.Name}"),
        ];

        Assert.True(named.Length > 5, "The table was not read.");
        Assert.All(named, name => Assert.Contains(name, tests));
    }

    [GeneratedRegex(@"\| `(\w+\.\w+)` \|")]
    private static partial Regex NamedTest();
}
