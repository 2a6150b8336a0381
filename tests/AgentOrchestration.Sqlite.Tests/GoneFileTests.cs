using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>A file that is removed, replaced or cut off: nothing is said to be done that is in no file, and nothing is made in its place.</summary>
public sealed class GoneFileTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_that_is_removed_while_it_is_used_takes_no_more_and_no_other_is_made()
    {
        using var folder = new TemporaryFolder();
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        RunLease lease = await SqliteFileTests.CreateAsync(store, "run");
        await store.FindAsync("run", TestEnd);

        File.Delete(folder.Database);

        for (int i = 0; i < 2; i++)
        {
            IsGone(await Assert.ThrowsAsync<RunStoreException>(() => store.AppendAsync(SqliteFileTests.AppendOf(lease, 0, "{}"), TestEnd).AsTask()), folder);
            IsGone(await Assert.ThrowsAsync<RunStoreException>(() => store.FindAsync("run", TestEnd).AsTask()), folder);
        }

        Assert.False(File.Exists(folder.Database));
        Assert.True(File.Exists(folder.Database + "-mark"));
    }

    [Fact]
    public async Task A_file_that_was_put_back_goes_on()
    {
        using var folder = new TemporaryFolder();
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        await SqliteFileTests.FillAsync(store, "run", 2);

        File.Move(folder.Database, folder.Of("elsewhere.db"));
        IsGone(await Assert.ThrowsAsync<RunStoreException>(() => SqliteFileTests.ReadAsync(store, "run")), folder);
        File.Move(folder.Of("elsewhere.db"), folder.Database);

        Assert.Equal(SqliteFileTests.Events(2), await SqliteFileTests.ReadAsync(store, "run"));
        await SqliteFileTests.FillAsync(store, "other", 1);
    }

    [Fact]
    public async Task Another_file_in_its_place_is_not_taken_for_it()
    {
        using var folder = new TemporaryFolder();
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        RunLease lease = await SqliteFileTests.CreateAsync(store, "run");
        File.Delete(folder.Database);
        using var other = new SqliteRunStore(folder.Database, TimeProvider.System);
        await SqliteFileTests.FillAsync(other, "run", 3);
        byte[] mark = await File.ReadAllBytesAsync(folder.Database + "-mark", TestEnd);

        for (int i = 0; i < 2; i++)
        {
            IsGone(await Assert.ThrowsAsync<RunStoreException>(() => store.AppendAsync(SqliteFileTests.AppendOf(lease, 0, "{}"), TestEnd).AsTask()), folder);
            IsGone(await Assert.ThrowsAsync<RunStoreException>(() => store.FindAsync("run", TestEnd).AsTask()), folder);
        }

        store.Dispose();
        Assert.Equal(mark, await File.ReadAllBytesAsync(folder.Database + "-mark", TestEnd));
        Assert.Equal(SqliteFileTests.Events(3), await SqliteFileTests.ReadAsync(other, "run"));
        await SqliteFileTests.FillAsync(other, "later", 1);
    }

    [Fact]
    public async Task An_older_copy_in_its_place_is_refused_with_the_number_of_commits()
    {
        using var folder = new TemporaryFolder();
        using (var first = new SqliteRunStore(folder.Database, TimeProvider.System))
        {
            await SqliteFileTests.FillAsync(first, "run", 1);
        }

        File.Copy(folder.Database, folder.Of("copy.db"));
        using var store = new SqliteRunStore(folder.Database, TimeProvider.System);
        await SqliteFileTests.FillAsync(store, "other", 2);
        File.Delete(folder.Database);
        File.Delete(folder.Database + "-wal");
        File.Delete(folder.Database + "-shm");
        File.Move(folder.Of("copy.db"), folder.Database);

        RunStoreException refusal = await Assert.ThrowsAsync<RunStoreException>(() => SqliteFileTests.ReadAsync(store, "run"));
        Assert.Contains("has lost 3 of ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_was_cut_off_to_nothing_is_refused_and_its_log_left()
    {
        using var folder = new TemporaryFolder();
        using (var store = new SqliteRunStore(folder.Database, TimeProvider.System))
        {
            await SqliteFileTests.FillAsync(store, "run", 3);
            File.Copy(folder.Database + "-wal", folder.Of("log"));
        }

        File.WriteAllBytes(folder.Database, []);
        File.Copy(folder.Of("log"), folder.Database + "-wal");

        RunStoreException refusal = Assert.Throws<RunStoreException>(() => new SqliteRunStore(folder.Database, TimeProvider.System));
        Assert.Contains("was cut off", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllBytesAsync(folder.Of("log"), TestEnd), await File.ReadAllBytesAsync(folder.Database + "-wal", TestEnd));

        File.Delete(folder.Database);
        File.Delete(folder.Database + "-mark");
        using var fresh = new SqliteRunStore(folder.Database, TimeProvider.System);
        Assert.Null(await fresh.FindAsync("run", TestEnd));
    }

    private static void IsGone(RunStoreException exception, TemporaryFolder folder)
    {
        Assert.Contains($"'{folder.Database}' was removed or replaced", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.IsTransient);
    }
}
