using System.Text;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Sqlite.Storage;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>Files that cannot be written: each is refused by name, with what helps.</summary>
public sealed class UnusableFileTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public void A_folder_that_cannot_be_written_is_said()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "There is a folder that nobody can write, not even root, on Linux.");
        RunStoreException refusal = Assert.Throws<RunStoreException>(() => new SqliteRunStore("/proc/runs.db", TimeProvider.System));
        Assert.Contains("'/proc/runs.db' cannot be opened or created", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("be writable", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mark_that_cannot_be_written_is_refused_before_anything_is_done()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Database + "-mark");

        RunStoreException refusal = Assert.Throws<RunStoreException>(() => new SqliteRunStore(folder.Database, TimeProvider.System));
        Assert.Contains($"The mark '{folder.Database}-mark' cannot be written", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("delete it", refusal.Message, StringComparison.Ordinal);

        Directory.Delete(folder.Database + "-mark");
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        await SqliteFileTests.FillAsync(store, "run", 1);
    }

    [Fact]
    public async Task A_file_that_is_refused_is_let_go()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux tells which files a process has open.");
        using var folder = new TemporaryFolder();
        using (var store = new SqliteRunStore(folder.Database, TimeProvider.System))
        {
            await store.FindAsync("run", TestEnd);
            Assert.Contains(folder.Database, OpenFiles());
        }

        await File.WriteAllTextAsync(folder.Database, new string('x', 5000), TestEnd);
        Assert.Throws<RunStoreException>(() => new SqliteRunStore(folder.Database, TimeProvider.System));
        Assert.DoesNotContain(folder.Database, OpenFiles());
    }

    [Fact]
    public async Task A_full_file_says_so_and_goes_on_when_there_is_room()
    {
        using var folder = new TemporaryFolder();
        using SqliteDatabase database = SqliteDatabase.Open(folder.Database);
        using var writer = new SqliteWriter(database);
        byte[] large = Encoding.UTF8.GetBytes(new string('x', 1_000_000));

        // Only this connection has so few pages; after a failure there is a new one.
        RunStoreException refusal = await Assert.ThrowsAsync<RunStoreException>(() => writer.WriteAsync(
            session =>
            {
                session.Execute("PRAGMA max_page_count = 20");
                session.Journal.Add(1, 0, 1, large, new byte[32]);
                return true;
            },
            TestEnd));

        Assert.Contains("is full. Free some space, then resume", refusal.Message, StringComparison.Ordinal);
        Assert.True(await writer.WriteAsync(
            session =>
            {
                session.Journal.Add(1, 0, 1, large, new byte[32]);
                return true;
            },
            TestEnd));
    }

    private static string?[] OpenFiles()
    {
        return [.. Directory.GetFileSystemEntries("/proc/self/fd").Select(TargetOf)];

        static string? TargetOf(string link)
        {
            try
            {
                return new FileInfo(link).LinkTarget;
            }
            catch (IOException)
            {
                // It was closed meanwhile.
                return null;
            }
        }
    }
}
