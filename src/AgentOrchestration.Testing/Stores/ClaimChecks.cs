using AgentOrchestration.Runs.Storage;
using static AgentOrchestration.Testing.Stores.StoreUnderTest;

namespace AgentOrchestration.Testing.Stores;

/// <summary>Who gets a run that nobody drives.</summary>
internal static class ClaimChecks
{
    public static RunStoreCheck[] All { get; } =
    [
        new("A run that is submitted is driven by nobody until it is claimed", IsSubmittedAsync),
        new("A run is submitted once", IsSubmittedOnceAsync),
        new("A claim takes free runs, at most as many as it asks for", IsBoundedAsync),
        new("A claim leaves alone what is driven, until its lease has expired", IsDrivenAsync),
        new("A claim takes no run that has ended", HasEndedAsync),
        new("A claim takes only runs whose task types the claimer has", FitsAsync),
        new("What a run adds counts among the task types that it needs", GrowsAsync),
        new("A claim leaves out the runs that it excludes", ExcludesAsync),
        new("A claimed lease fences the one before it", IsFencedAsync),
        new("Of many who claim at once, each run is taken by one", AtOnceAsync),
        new("A claim that cannot be is refused", IsRefusedAsync),
    ];

    private static async Task IsSubmittedAsync(StoreUnderTest test)
    {
        True(await SubmitAsync(test, "run").ConfigureAwait(false), "The run is not submitted.");
        StoredRun run = await test.FindAsync("run").ConfigureAwait(false);
        Equal(null, run.Lease, "The lease of the run");
        True(!run.IsLeased, "The run is leased.");
        RunLease lease = (await ClaimAsync(test, 1).ConfigureAwait(false)).Single();
        Equal("two", lease.Owner, "The owner");
        Equal(lease, (await test.FindAsync("run").ConfigureAwait(false)).Lease, "The lease of the claimed run");
        Equal(AppendOutcome.Appended, await test.AppendAsync(lease, 0, "{}").ConfigureAwait(false), "The append of the claimer");
    }

    private static async Task IsSubmittedOnceAsync(StoreUnderTest test)
    {
        await SubmitAsync(test, "run").ConfigureAwait(false);
        RunLease lease = (await ClaimAsync(test, 1).ConfigureAwait(false)).Single();
        True(!await SubmitAsync(test, "run").ConfigureAwait(false), "It is submitted a second time.");
        Equal(lease, (await test.FindAsync("run").ConfigureAwait(false)).Lease, "The lease of the run");
        await test.CreateAsync("driven").ConfigureAwait(false);
        True(!await SubmitAsync(test, "driven").ConfigureAwait(false), "A run that is driven is submitted.");
    }

    private static async Task IsBoundedAsync(StoreUnderTest test)
    {
        for (int i = 0; i < 5; i++)
        {
            await SubmitAsync(test, $"run-{i}").ConfigureAwait(false);
            test.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Same(["run-0", "run-1"], (await ClaimAsync(test, 2).ConfigureAwait(false)).Select(lease => lease.RunId), "The two oldest runs");
        Same(["run-2", "run-3", "run-4"], (await ClaimAsync(test, 10).ConfigureAwait(false)).Select(lease => lease.RunId), "All other runs");
        Same([], (await ClaimAsync(test, 10).ConfigureAwait(false)).Select(lease => lease.RunId), "What is left");
    }

    private static async Task IsDrivenAsync(StoreUnderTest test)
    {
        RunLease released = await test.CreateAsync("released").ConfigureAwait(false);
        await test.CreateAsync("lost").ConfigureAwait(false);
        await test.Store.ReleaseLeaseAsync(released, test.End).ConfigureAwait(false);
        Same(["released"], (await ClaimAsync(test, 10).ConfigureAwait(false)).Select(lease => lease.RunId), "What is free");
        test.Clock.Advance(Lease - TimeSpan.FromTicks(1));
        Same([], (await ClaimAsync(test, 10).ConfigureAwait(false)).Select(lease => lease.RunId), "What is free a tick before the lease expires");
        test.Clock.Advance(TimeSpan.FromTicks(1));
        Same(["lost", "released"], (await ClaimAsync(test, 10).ConfigureAwait(false)).Select(lease => lease.RunId).Order(StringComparer.Ordinal), "What is free when both leases have expired");
    }

    private static async Task HasEndedAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        await test.Store.AppendAsync(AppendOf(lease, 0, "{}") with { Outcome = RunOutcome.Succeeded }, test.End).ConfigureAwait(false);
        await test.Store.ReleaseLeaseAsync(lease, test.End).ConfigureAwait(false);
        Same([], (await ClaimAsync(test, 10).ConfigureAwait(false)).Select(claimed => claimed.RunId), "What is free");
    }

    private static async Task FitsAsync(StoreUnderTest test)
    {
        await SubmitAsync(test, "none").ConfigureAwait(false);
        await SubmitAsync(test, "one", "a@1").ConfigureAwait(false);
        await SubmitAsync(test, "both", "a@1", "b@2").ConfigureAwait(false);
        await SubmitAsync(test, "newer", "a@2").ConfigureAwait(false);
        Same(["a@1", "b@2"], (await test.FindAsync("both").ConfigureAwait(false)).TaskTypes.Order(StringComparer.Ordinal), "The task types of the run");
        Same(["none", "one"], (await ClaimAsync(test, 10, "a@1", "c@1").ConfigureAwait(false)).Select(lease => lease.RunId).Order(StringComparer.Ordinal), "The runs of one who has a@1");
        Same(["both"], (await ClaimAsync(test, 10, "a@1", "b@2").ConfigureAwait(false)).Select(lease => lease.RunId), "The runs of one who has both");
        Same(["newer"], (await test.Store.ClaimAsync(ClaimOf(10), test.End).ConfigureAwait(false)).Select(lease => lease.RunId), "The runs of one who takes any");
    }

    private static async Task GrowsAsync(StoreUnderTest test)
    {
        await SubmitAsync(test, "run", "a@1").ConfigureAwait(false);
        RunLease lease = (await ClaimAsync(test, 1, "a@1").ConfigureAwait(false)).Single();
        await test.Store.AppendAsync(AppendOf(lease, 0, "{}") with { TaskTypes = ["b@1", "a@1"] }, test.End).ConfigureAwait(false);
        await test.Store.ReleaseLeaseAsync(lease, test.End).ConfigureAwait(false);
        Same(["a@1", "b@1"], (await test.FindAsync("run").ConfigureAwait(false)).TaskTypes.Order(StringComparer.Ordinal), "The task types of the run");
        Same([], (await ClaimAsync(test, 1, "a@1").ConfigureAwait(false)).Select(claimed => claimed.RunId), "The runs of one who has only a@1");
        Same(["run"], (await ClaimAsync(test, 1, "a@1", "b@1").ConfigureAwait(false)).Select(claimed => claimed.RunId), "The runs of one who has both");
        Same(["{}"], await test.ReadAsync("run").ConfigureAwait(false), "The journal");
    }

    private static async Task ExcludesAsync(StoreUnderTest test)
    {
        await SubmitAsync(test, "one").ConfigureAwait(false);
        await SubmitAsync(test, "two").ConfigureAwait(false);
        Same(["two"], (await test.Store.ClaimAsync(ClaimOf(10) with { Except = ["one", "other"] }, test.End).ConfigureAwait(false)).Select(lease => lease.RunId), "What is claimed");
        Equal(null, (await test.FindAsync("one").ConfigureAwait(false)).Lease, "The lease of the run that is left out");
    }

    private static async Task IsFencedAsync(StoreUnderTest test)
    {
        RunLease old = await test.CreateAsync("run").ConfigureAwait(false);
        test.Clock.Advance(Lease);
        RunLease lease = (await ClaimAsync(test, 1).ConfigureAwait(false)).Single();
        True(lease.Token > old.Token, $"The token {lease.Token} follows {old.Token}.");
        Equal(AppendOutcome.NotOwner, await test.AppendAsync(old, 0, "{}").ConfigureAwait(false), "The append of the old owner");
        Equal(null, await test.Store.RenewLeaseAsync(old, Lease, test.End).ConfigureAwait(false), "The old lease, renewed");
    }

    private static async Task AtOnceAsync(StoreUnderTest test)
    {
        const int Runs = 60;
        for (int i = 0; i < Runs; i++)
        {
            await SubmitAsync(test, $"run-{i}").ConfigureAwait(false);
        }

        IRunStore[] stores = [.. Enumerable.Range(0, 4).Select(_ => test.OpenAgain())];
        RunLease[] claimed = (await Task.WhenAll(stores.Select(async (store, number) =>
        {
            List<RunLease> mine = [];
            while (mine.Count <= Runs && await store.ClaimAsync(ClaimOf(7) with { Owner = $"claimer-{number}" }, test.End).ConfigureAwait(false) is { Count: > 0 } leases)
            {
                True(leases.Count <= 7, $"{leases.Count} runs are claimed by one who has room for 7.");
                mine.AddRange(leases);
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }

            return mine;
        })).ConfigureAwait(false)).SelectMany(leases => leases).ToArray();
        Equal(Runs, claimed.Select(lease => lease.RunId).Distinct(StringComparer.Ordinal).Count(), "The number of runs that were claimed");
        Equal(Runs, claimed.Length, "The number of leases");
        foreach (RunLease lease in claimed)
        {
            Equal(lease.Owner, (await test.FindAsync(lease.RunId).ConfigureAwait(false)).Lease?.Owner, $"The owner of '{lease.RunId}'");
        }
    }

    private static async Task IsRefusedAsync(StoreUnderTest test)
    {
        await ThrowsAsync<ArgumentException>(() => test.Store.ClaimAsync(ClaimOf(0), test.End).AsTask(), "A claim of no runs").ConfigureAwait(false);
        await ThrowsAsync<ArgumentException>(() => test.Store.ClaimAsync(ClaimOf(1) with { Owner = "" }, test.End).AsTask(), "A claim of nobody").ConfigureAwait(false);
        await ThrowsAsync<ArgumentException>(() => test.Store.ClaimAsync(ClaimOf(1) with { Duration = TimeSpan.Zero }, test.End).AsTask(), "A claim for no time").ConfigureAwait(false);
    }

    private static RunClaim ClaimOf(int max) => new() { Owner = "two", Duration = Lease, Max = max };

    private static Task<IReadOnlyList<RunLease>> ClaimAsync(StoreUnderTest test, int max, params string[] taskTypes) =>
        test.Store.ClaimAsync(ClaimOf(max) with { TaskTypes = taskTypes }, test.End).AsTask();

    private static Task<bool> SubmitAsync(StoreUnderTest test, string runId, params string[] taskTypes) =>
        test.Store.SubmitAsync(test.NewRun(runId) with { TaskTypes = taskTypes }, test.End).AsTask();
}
