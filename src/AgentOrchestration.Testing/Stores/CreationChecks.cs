using AgentOrchestration.Runs.Storage;
using static AgentOrchestration.Testing.Stores.StoreUnderTest;

namespace AgentOrchestration.Testing.Stores;

/// <summary>Making, finding and deleting runs; their ids.</summary>
internal static class CreationChecks
{
    public static RunStoreCheck[] All { get; } =
    [
        new("A new run is found with its header, its lease and an empty journal", IsFoundAsync),
        new("What is not there is not found", IsNotFoundAsync),
        new("A run whose id is taken is not created, and changes nothing", IsTakenAsync),
        new("Another instance sees the runs that were created", IsSharedAsync),
        new("A run that is deleted is gone with its journal and blobs, and its id is free", IsDeletedAsync),
        new("A run whose lease is held is not deleted", IsNotDeletedAsync),
        new("Ids are taken as they are: hostile texts name their own run and no other", AreKeptApartAsync),
        new("Hundreds of random hostile ids name each its own run while others are deleted", AreAllKeptApartAsync),
        new("What cannot be an id is refused everywhere", AreRefusedAsync),
        new("What was cancelled before it began does not happen", IsCancelledAsync),
    ];

    private static async Task IsFoundAsync(StoreUnderTest test)
    {
        NewRun run = test.NewRun("run");
        RunLease? lease = await test.Store.CreateAsync(run, Owner, Lease, test.End).ConfigureAwait(false);

        Equal(new RunLease("run", Owner, lease?.Token ?? -1, test.Clock.Now + Lease), lease!, "The lease");
        Equal(new StoredRun("run", test.Clock.Now, test.Clock.Now, 0, null, lease) { IsLeased = true }, await test.FindAsync("run").ConfigureAwait(false), "The run");
        ReadOnlyMemory<byte>? header = await test.Store.ReadHeaderAsync("run", test.End).ConfigureAwait(false);
        True(header is { } found && found.Span.SequenceEqual(run.Header.Span), "The header is not what was written.");
        Equal(0, (await test.ReadAsync("run").ConfigureAwait(false)).Length, "The number of events");
    }

    private static async Task IsNotFoundAsync(StoreUnderTest test)
    {
        var nobody = new RunLease("nobody", Owner, 1, test.Clock.Now + Lease);
        Equal(null, await test.Store.FindAsync("nobody", test.End).ConfigureAwait(false), "The run");
        True(await test.Store.ReadHeaderAsync("nobody", test.End).ConfigureAwait(false) is null, "There is a header.");
        True(await test.Store.ReadBlobAsync("nobody", "name", test.End).ConfigureAwait(false) is null, "There is a blob.");
        Equal(0, (await test.ReadAsync("nobody").ConfigureAwait(false)).Length, "The number of events");
        Equal(false, await test.Store.DeleteAsync("nobody", test.End).ConfigureAwait(false), "Whether it was deleted");
        Equal(null, await test.Store.AcquireLeaseAsync("nobody", Owner, Lease, test.End).ConfigureAwait(false), "The lease");
        Equal(null, await test.Store.RenewLeaseAsync(nobody, Lease, test.End).ConfigureAwait(false), "The renewed lease");
        await test.Store.ReleaseLeaseAsync(nobody, test.End).ConfigureAwait(false);
        Equal(AppendOutcome.NotOwner, await test.AppendAsync(nobody, 0, "{}").ConfigureAwait(false), "The append");
        Equal(0, (await test.ListAsync(new RunQuery()).ConfigureAwait(false)).Length, "The number of runs");
    }

    private static async Task IsTakenAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        await test.AppendAsync(lease, 0, "{\"n\":0}").ConfigureAwait(false);
        test.Clock.Advance(TimeSpan.FromHours(1));

        Equal(null, await test.Store.CreateAsync(test.NewRun("run") with { Header = Bytes("{}") }, "two", Lease, test.End).ConfigureAwait(false), "The second lease");

        Equal(lease, (await test.FindAsync("run").ConfigureAwait(false)).Lease!, "The lease");
        Same(["{\"n\":0}"], await test.ReadAsync("run").ConfigureAwait(false), "The journal");
        Equal(AppendOutcome.Appended, await test.AppendAsync(lease, 1, "{\"n\":1}").ConfigureAwait(false), "The next append");
    }

    private static async Task IsSharedAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        await test.AppendAsync(lease, 0, "{\"n\":0}", "{\"n\":1}").ConfigureAwait(false);

        IRunStore other = test.OpenAgain();

        Equal(await test.FindAsync("run").ConfigureAwait(false), await other.FindAsync("run", test.End).ConfigureAwait(false), "The run");
        Same(["{\"n\":0}", "{\"n\":1}"], await test.ReadAsync(other, "run").ConfigureAwait(false), "The journal");
        Equal(AppendOutcome.Appended, await other.AppendAsync(AppendOf(lease, 2, "{\"n\":2}"), test.End).ConfigureAwait(false), "An append by the other");
        Equal(3, (await test.ReadAsync("run").ConfigureAwait(false)).Length, "The number of events");
    }

    private static async Task IsDeletedAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        RunLease kept = await test.CreateAsync("kept").ConfigureAwait(false);
        JournalBlob blob = BlobOf([1, 2, 3]);
        await test.Store.AppendAsync(AppendOf(lease, 0, "{}") with { Blobs = [blob] }, test.End).ConfigureAwait(false);
        await test.Store.AppendAsync(AppendOf(kept, 0, "{}") with { Blobs = [blob] }, test.End).ConfigureAwait(false);
        await test.Store.ReleaseLeaseAsync(lease, test.End).ConfigureAwait(false);

        Equal(true, await test.Store.DeleteAsync("run", test.End).ConfigureAwait(false), "Whether it was deleted");

        Equal(null, await test.Store.FindAsync("run", test.End).ConfigureAwait(false), "The run");
        True(await test.Store.ReadHeaderAsync("run", test.End).ConfigureAwait(false) is null, "The header is still there.");
        True(await test.Store.ReadBlobAsync("run", blob.Name, test.End).ConfigureAwait(false) is null, "The blob is still there.");
        Equal(0, (await test.ReadAsync("run").ConfigureAwait(false)).Length, "The number of events");
        Same(["kept"], (await test.ListAsync(new RunQuery()).ConfigureAwait(false)).Select(run => run.RunId), "The runs");
        True(await test.Store.ReadBlobAsync("kept", blob.Name, test.End).ConfigureAwait(false) is not null, "The other run's blob is gone.");
        RunLease again = await test.CreateAsync("run").ConfigureAwait(false);
        Equal(AppendOutcome.Appended, await test.AppendAsync(again, 0, "{\"n\":0}").ConfigureAwait(false), "The first append of a new run of that id");
        Same(["{\"n\":0}"], await test.ReadAsync("run").ConfigureAwait(false), "Its journal");
    }

    private static async Task IsNotDeletedAsync(StoreUnderTest test)
    {
        await test.CreateAsync("run").ConfigureAwait(false);
        Equal(false, await test.Store.DeleteAsync("run", test.End).ConfigureAwait(false), "Whether it was deleted");
        await test.FindAsync("run").ConfigureAwait(false);
        test.Clock.Advance(Lease);
        Equal(true, await test.Store.DeleteAsync("run", test.End).ConfigureAwait(false), "Whether it was deleted when the lease had expired");
    }

    private static async Task AreKeptApartAsync(StoreUnderTest test)
    {
        foreach (string id in HostileIds.Valid)
        {
            RunLease lease = await test.CreateAsync(id).ConfigureAwait(false);
            Equal(AppendOutcome.Appended, await test.AppendAsync(lease, 0, Mark(id)).ConfigureAwait(false), $"The append to '{id}'");
        }

        foreach (string id in HostileIds.Valid)
        {
            Equal(id, (await test.FindAsync(id).ConfigureAwait(false)).RunId, "The id");
            Same([Mark(id)], await test.ReadAsync(id).ConfigureAwait(false), $"The journal of '{id}'");
        }

        Equal(HostileIds.Valid.Count, (await test.ListAsync(new RunQuery()).ConfigureAwait(false)).Select(run => run.RunId).Distinct(StringComparer.Ordinal).Count(), "The number of runs");

        static string Mark(string id) => $"{{\"id\":\"{Convert.ToHexString(Bytes(id))}\"}}";
    }

    private static async Task AreAllKeptApartAsync(StoreUnderTest test)
    {
        IReadOnlyList<string> ids = HostileIds.Random(seed: 1, count: 400);
        await Task.WhenAll(ids.Select(async id => await test.Store.ReleaseLeaseAsync(await test.CreateAsync(id).ConfigureAwait(false), test.End).ConfigureAwait(false))).ConfigureAwait(false);
        for (int i = 0; i < ids.Count; i += 4)
        {
            Equal(true, await test.Store.DeleteAsync(ids[i], test.End).ConfigureAwait(false), $"Whether '{ids[i]}' was deleted");
        }

        for (int i = 0; i < ids.Count; i++)
        {
            ReadOnlyMemory<byte>? header = await test.Store.ReadHeaderAsync(ids[i], test.End).ConfigureAwait(false);
            Equal(i % 4 != 0, header is { } found && found.Span.SequenceEqual(test.NewRun(ids[i]).Header.Span), $"Whether '{ids[i]}' has its own header");
        }

        Same(
            ids.Where((_, i) => i % 4 != 0).Order(StringComparer.Ordinal),
            (await test.ListAsync(new RunQuery()).ConfigureAwait(false)).Select(run => run.RunId).Order(StringComparer.Ordinal),
            "The runs");
    }

    private static async Task AreRefusedAsync(StoreUnderTest test)
    {
        foreach (string id in HostileIds.Invalid)
        {
            var lease = new RunLease(id, Owner, 1, test.Clock.Now + Lease);
            await RefusedAsync(() => test.Store.CreateAsync(new NewRun(id, test.Clock.Now, Bytes("{}")), Owner, Lease, test.End).AsTask(), "CreateAsync").ConfigureAwait(false);
            await RefusedAsync(() => test.AppendAsync(lease, 0, "{}"), "AppendAsync").ConfigureAwait(false);
            await RefusedAsync(() => test.ReadAsync(id), "ReadAsync").ConfigureAwait(false);
            await RefusedAsync(() => test.Store.ReadBlobAsync(id, "name", test.End).AsTask(), "ReadBlobAsync").ConfigureAwait(false);
            await RefusedAsync(() => test.Store.ReadHeaderAsync(id, test.End).AsTask(), "ReadHeaderAsync").ConfigureAwait(false);
            await RefusedAsync(() => test.Store.FindAsync(id, test.End).AsTask(), "FindAsync").ConfigureAwait(false);
            await RefusedAsync(() => test.Store.DeleteAsync(id, test.End).AsTask(), "DeleteAsync").ConfigureAwait(false);
            await RefusedAsync(() => test.Store.AcquireLeaseAsync(id, Owner, Lease, test.End).AsTask(), "AcquireLeaseAsync").ConfigureAwait(false);
            await RefusedAsync(() => test.Store.RenewLeaseAsync(lease, Lease, test.End).AsTask(), "RenewLeaseAsync").ConfigureAwait(false);
            await RefusedAsync(() => test.Store.ReleaseLeaseAsync(lease, test.End).AsTask(), "ReleaseLeaseAsync").ConfigureAwait(false);
        }

        Equal(0, (await test.ListAsync(new RunQuery()).ConfigureAwait(false)).Length, "The number of runs");

        static Task RefusedAsync(Func<Task> action, string operation) => ThrowsAsync<ArgumentException>(action, $"A malformed id of {operation}");
    }

    private static async Task IsCancelledAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync().ConfigureAwait(false);

        await ThrowsAsync<OperationCanceledException>(() => test.Store.CreateAsync(test.NewRun("other"), Owner, Lease, cancelled.Token).AsTask(), "A cancelled CreateAsync").ConfigureAwait(false);
        await ThrowsAsync<OperationCanceledException>(() => test.Store.AppendAsync(AppendOf(lease, 0, "{}"), cancelled.Token).AsTask(), "A cancelled AppendAsync").ConfigureAwait(false);

        Equal(null, await test.Store.FindAsync("other", test.End).ConfigureAwait(false), "The run");
        Equal(0, (await test.ReadAsync("run").ConfigureAwait(false)).Length, "The number of events");
    }
}
