using System.Text;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>What is on the disk besides what is stored: whose it is, where it is, and for how long.</summary>
public sealed class OwnFilesTests
{
    private const string Content = "PATIENT-RECORD";

    private static readonly string[] Files = ["runs.db", "runs.db-wal", "runs.db-shm", "runs.db-mark"];

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_deleted_is_in_no_file_while_the_store_is_open_nor_afterwards()
    {
        using var folder = new TemporaryFolder();
        using (var store = new SqliteRunStore(folder.Database, TimeProvider.System))
        {
            await SqliteFileTests.FillAsync(store, "other", 5);
            byte[] large = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Content, 40_000)));
            byte[] small = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Content, 2_000)));
            RunLease lease = (await store.CreateAsync(new NewRun("run", DateTimeOffset.UnixEpoch, Encoding.UTF8.GetBytes($"{{\"goal\":\"{Content}\"}}")), "owner", TimeSpan.FromMinutes(1), TestEnd))!;
            await store.AppendAsync(SqliteFileTests.AppendOf(lease, 0, $"{{\"text\":\"{Content}\"}}") with { Blobs = [BlobOf(large), BlobOf(small)] }, TestEnd);
            await store.ReleaseLeaseAsync(lease, TestEnd);
            Assert.NotEmpty(FilesWith(folder, Content));

            Assert.True(await store.DeleteAsync("run", TestEnd));

            Assert.Empty(FilesWith(folder, Content));
            Assert.Equal(SqliteFileTests.Events(5), await SqliteFileTests.ReadAsync(store, "other"));
        }

        Assert.Empty(FilesWith(folder, Content));
    }

    [Fact]
    public async Task A_mark_that_is_a_link_is_refused_and_what_it_names_stays_as_it_is()
    {
        using var folder = new TemporaryFolder();
        using (var store = new SqliteRunStore(folder.Database, TimeProvider.System))
        {
            await SqliteFileTests.FillAsync(store, "run", 1);
        }

        foreach (string target in (string[])["other.txt", "nothing.txt"])
        {
            File.WriteAllText(folder.Of("other.txt"), new string('A', 64));
            File.Delete(folder.Of("runs.db-mark"));
            File.CreateSymbolicLink(folder.Of("runs.db-mark"), folder.Of(target));

            RunStoreException refusal = Assert.Throws<RunStoreException>(() => new SqliteRunStore(folder.Database, TimeProvider.System));

            Assert.Contains("is a link, and a mark follows none", refusal.Message, StringComparison.Ordinal);
            Assert.Equal(new string('A', 64), File.ReadAllText(folder.Of("other.txt")));
            Assert.False(File.Exists(folder.Of("nothing.txt")));
        }
    }

    [Fact]
    public void A_mark_that_is_another_file_is_not_written_over()
    {
        using var folder = new TemporaryFolder();
        using (var store = new SqliteRunStore(folder.Database, TimeProvider.System))
        {
        }

        File.WriteAllText(folder.Of("runs.db-mark"), new string('A', 64));

        Assert.Contains("is a file of something else", Assert.Throws<RunStoreException>(() => new SqliteRunStore(folder.Database, TimeProvider.System)).Message, StringComparison.Ordinal);
        Assert.Equal(new string('A', 64), File.ReadAllText(folder.Of("runs.db-mark")));
    }

    [Fact]
    public async Task New_files_are_for_their_owner_only_and_those_that_are_there_keep_their_rights()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There the folder decides.");
        using var folder = new TemporaryFolder();
        using (var store = new SqliteRunStore(folder.Database, TimeProvider.System))
        {
            await SqliteFileTests.FillAsync(store, "run", 1);
            Assert.All(Files, name => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, ModeOf(folder.Of(name))));
        }

        const UnixFileMode Shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        SetMode(folder.Database, Shared);
        using var again = new SqliteRunStore(folder.Database, TimeProvider.System);
        await SqliteFileTests.FillAsync(again, "second", 1);
        Assert.Equal(Shared, ModeOf(folder.Database));
    }

    private static UnixFileMode ModeOf(string path) => OperatingSystem.IsWindows() ? throw new PlatformNotSupportedException() : File.GetUnixFileMode(path);

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    private static JournalBlob BlobOf(byte[] content) => new(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(content)), content);

    private static string[] FilesWith(TemporaryFolder folder, string text) => [.. Files.Where(name => File.Exists(folder.Of(name)) && Read(folder.Of(name)).AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0)];

    private static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var content = new MemoryStream();
        file.CopyTo(content);
        return content.ToArray();
    }
}
