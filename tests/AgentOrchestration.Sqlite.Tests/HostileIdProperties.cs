using System.Globalization;
using System.Text;
using AgentOrchestration.Runs.Storage;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>F17: an id is a value in a row, never a path and never a statement. 100,000 ids: ORCHESTRATION_SIMULATIONS=10.</summary>
public sealed class HostileIdProperties
{
    private const int AtOnce = 500;

    private static readonly string[] Fragments =
    [
        "a", "A", "/", "\\", "..", "../", "..\\", "/etc/passwd", "C:", "CON", "~", "%2e%2e%2f", "\0", "\n", "\r", "\t", " ", "*", "?", "|", ".db", "-wal", "runs.db",
        "'", "\"", "`", ";", "--", "/*", "'; DROP TABLE runs; --", "' OR '1'='1", "' UNION SELECT 1; --", "); DELETE FROM runs; --", "@id", "$id", ":id", "?1", "[runs]",
        "{0}", "${x}", "<script>", "\u202E", "\u200B", "\uFEFF", "é", "e\u0301", "İ", "ß", "日本語", "😀", new('x', 60),
    ];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_an_id_says_it_names_its_own_run_and_no_file_and_changes_no_table()
    {
        using var folder = new TemporaryFolder();
        string own = folder.Of("own");
        string path = Path.Combine(own, "runs.db");
        Directory.CreateDirectory(own);
        string[] ids = [.. Ids(Simulations.Of(10_000))];
        string[] tables;
        using (var store = new SqliteRunStore(path, TimeProvider.System))
        {
            await store.DeleteAsync("nobody", TestEnd);
            tables = Tables(path);
            foreach (string[] some in ids.Chunk(AtOnce))
            {
                await Task.WhenAll(some.Select(id => CreateAsync(store, id)));
            }

            foreach (string id in ids)
            {
                Assert.Equal(HeaderOf(id), Encoding.UTF8.GetString((await store.ReadHeaderAsync(id, TestEnd))!.Value.Span));
            }

            Assert.Equal(["runs.db", "runs.db-mark", "runs.db-shm", "runs.db-wal"], Directory.EnumerateFileSystemEntries(own).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        }

        using var again = new SqliteRunStore(path, TimeProvider.System);
        Assert.Equal(ids.Order(StringComparer.Ordinal), (await again.ListAsync(new RunQuery(), TestEnd).Select(run => run.RunId).ToArrayAsync(TestEnd)).Order(StringComparer.Ordinal));
        Assert.Equal(tables, Tables(path));
        Assert.Equal([own], Directory.EnumerateFileSystemEntries(folder.Of(".")).Select(Path.GetFullPath));
    }

    private static async Task CreateAsync(SqliteRunStore store, string id) =>
        Assert.NotNull(await store.CreateAsync(new NewRun(id, DateTimeOffset.UnixEpoch, Encoding.UTF8.GetBytes(HeaderOf(id))), "owner", TimeSpan.FromMinutes(1), TestEnd));

    private static string HeaderOf(string id) => $"{{\"id\":\"{Convert.ToHexString(Encoding.Unicode.GetBytes(id))}\"}}";

    private static HashSet<string> Ids(int count)
    {
        var random = new Random(1);
        HashSet<string> ids = new(StringComparer.Ordinal);
        while (ids.Count < count)
        {
            ids.Add(string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => Fragments[random.Next(Fragments.Length)])));
        }

        return ids;
    }

    /// <summary>The tables and all else that a statement could have made or changed.</summary>
    private static string[] Tables(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False;Mode=ReadOnly");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT type, name, sql FROM sqlite_master ORDER BY name";
        using SqliteDataReader reader = command.ExecuteReader();
        List<string> found = [];
        while (reader.Read())
        {
            found.Add(string.Create(CultureInfo.InvariantCulture, $"{reader.GetValue(0)} {reader.GetValue(1)} {reader.GetValue(2)}"));
        }

        return [.. found];
    }
}
