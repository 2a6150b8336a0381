using System.Text.RegularExpressions;
using AgentOrchestration.Tests.Tables;

namespace AgentOrchestration.Tests.Architecture;

/// <summary>Every row of the tables of threats and traps has a control, a place in the sources and a test, or a package that it comes with.</summary>
public sealed partial class ThreatsTests
{
    private const int Control = 2;
    private const int Place = 3;
    private const int Test = 4;

    /// <summary>Packages that do not exist yet.</summary>
    private static readonly string[] LaterPackages = ["AgentOrchestration.Dashboard", "AgentOrchestration.Orleans"];

    private static IReadOnlyList<MarkdownTable> Tables { get; } = MarkdownTable.Read("Threats.md");

    public static TheoryData<string> Rows => [.. Tables.SelectMany(table => table.Rows).Select(row => row[0])];

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_row_has_a_control_a_place_that_exists_and_tests_that_exist(string id)
    {
        IReadOnlyList<string> row = Assert.Single(Tables.SelectMany(table => table.Rows), row => row[0] == id);
        Assert.Equal(Tables[0].Columns.Count, row.Count);
        Assert.All(row.Take(Control + 1), Assert.NotEmpty);
        if (LaterPackage().Match(row[Place]) is { Success: true } later)
        {
            Assert.Contains(later.Groups[1].Value, LaterPackages);
            return;
        }

        string[] places = [.. Source().Matches(row[Place]).Select(match => match.Groups[1].Value)];
        string[] tests = [.. TestNames.In(row[Test])];
        Assert.NotEmpty(places);
        Assert.NotEmpty(tests);
        Assert.All(places, place => Assert.True(Path.Exists(Path.Combine(Repository.Root, place)), $"There is no {place}."));
        Assert.All(tests, test => Assert.Contains(test, TestNames.All));
    }

    [Fact]
    public void Every_threat_and_every_trap_is_there_once_and_in_order()
    {
        Assert.Equal(2, Tables.Count);
        Assert.All(Tables, table => Assert.Equal(5, table.Columns.Count));
        Assert.Equal(Enumerable.Range(1, 16), Tables[0].Rows.Select(row => Number(row[0], 'T')).Distinct());
        Assert.Equal(Enumerable.Range(1, 18), Tables[1].Rows.Select(row => Number(row[0], 'S')));
    }

    [Fact]
    public void What_comes_with_a_package_is_still_to_come() =>
        Assert.All(LaterPackages, package => Assert.False(
            Directory.Exists(Path.Combine(Repository.Root, "src", package)), $"{package} is there: give its rows their places and tests."));

    /// <summary>The number of a row: T8 of T8a, which says one thing of a threat that has several.</summary>
    private static int Number(string id, char kind)
    {
        Match match = Id().Match(id);
        Assert.True(match.Success && id[0] == kind, $"'{id}' is no number of a row.");
        return int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
    }

    [GeneratedRegex("^[ST]([0-9]+)[a-z]?$")]
    private static partial Regex Id();

    [GeneratedRegex("^comes with (AgentOrchestration(?:\\.[A-Za-z]+)+)$")]
    private static partial Regex LaterPackage();

    [GeneratedRegex("`(src/[^`]+)`")]
    private static partial Regex Source();
}
