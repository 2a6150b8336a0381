using AgentOrchestration.Tests.Tables;

namespace AgentOrchestration.Postgres.Tests;

/// <summary>The table of failure modes names tests that exist.</summary>
public sealed class FailureModesTests
{
    [Fact]
    public void Every_test_that_the_table_names_exists()
    {
        MarkdownTable table = Assert.Single(MarkdownTable.Read("FailureModes.md"));

        Assert.True(table.Rows.Count > 5, "The table was not read.");
        Assert.All(table.Rows, row => Assert.All(NamedIn(row), name => Assert.Contains(name, TestNames.All)));
    }

    private static string[] NamedIn(IReadOnlyList<string> row)
    {
        string[] names = [.. TestNames.In(row[^1])];
        Assert.True(names.Length > 0, $"'{row[0]}' has no test.");
        return names;
    }
}
