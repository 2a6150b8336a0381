using AgentOrchestration.Runs.Storage;
using static AgentOrchestration.Testing.Stores.StoreUnderTest;

namespace AgentOrchestration.Testing.Stores;

/// <summary>Listing.</summary>
internal static class QueryChecks
{
    public static RunStoreCheck[] All { get; } =
    [
        new("Runs are listed oldest first, as they are", ListsAsync),
        new("A list is narrowed by state, lease and time", NarrowsAsync),
    ];

    private static async Task ListsAsync(StoreUnderTest test)
    {
        foreach (string id in (string[])["c", "a", "b"])
        {
            await test.CreateAsync(id).ConfigureAwait(false);
            test.Clock.Advance(TimeSpan.FromSeconds(id == "c" ? 1 : 0));
        }

        StoredRun[] runs = await test.ListAsync(new RunQuery()).ConfigureAwait(false);

        Same(["c", "a", "b"], runs.Select(run => run.RunId), "The runs");
        foreach (StoredRun run in runs)
        {
            Equal(await test.FindAsync(run.RunId).ConfigureAwait(false), run, $"The run '{run.RunId}'");
        }

        Same(["c", "a"], (await test.ListAsync(new RunQuery { Max = 2 }).ConfigureAwait(false)).Select(run => run.RunId), "The first two");
    }

    private static async Task NarrowsAsync(StoreUnderTest test)
    {
        DateTimeOffset start = test.Clock.Now;
        RunLease succeeded = await test.CreateAsync("succeeded").ConfigureAwait(false);
        RunLease failed = await test.CreateAsync("failed").ConfigureAwait(false);
        await test.Store.AppendAsync(AppendOf(succeeded, 0, "{}") with { Outcome = RunOutcome.Succeeded }, test.End).ConfigureAwait(false);
        await test.Store.AppendAsync(AppendOf(failed, 0, "{}") with { Outcome = RunOutcome.Failed }, test.End).ConfigureAwait(false);
        await test.Store.ReleaseLeaseAsync(succeeded, test.End).ConfigureAwait(false);
        await test.CreateAsync("expired").ConfigureAwait(false);
        test.Clock.Advance(Lease);
        RunLease free = await test.CreateAsync("free").ConfigureAwait(false);
        await test.Store.ReleaseLeaseAsync(free, test.End).ConfigureAwait(false);
        test.Clock.Advance(TimeSpan.FromSeconds(1));
        await test.CreateAsync("running").ConfigureAwait(false);

        await ListedAsync(new RunQuery(), "expired", "failed", "free", "running", "succeeded").ConfigureAwait(false);
        await ListedAsync(new RunQuery { IsEnded = true }, "failed", "succeeded").ConfigureAwait(false);
        await ListedAsync(new RunQuery { IsEnded = false }, "expired", "free", "running").ConfigureAwait(false);
        await ListedAsync(new RunQuery { Outcome = RunOutcome.Failed }, "failed").ConfigureAwait(false);
        await ListedAsync(new RunQuery { IsLeased = true }, "running").ConfigureAwait(false);
        await ListedAsync(new RunQuery { IsEnded = false, IsLeased = false }, "expired", "free").ConfigureAwait(false);
        await ListedAsync(new RunQuery { CreatedFrom = start + Lease }, "free", "running").ConfigureAwait(false);
        await ListedAsync(new RunQuery { CreatedBefore = start + Lease }, "expired", "failed", "succeeded").ConfigureAwait(false);
        await ListedAsync(new RunQuery { UpdatedBefore = start + Lease + TimeSpan.FromSeconds(1) }, "expired", "failed", "free", "succeeded").ConfigureAwait(false);
        await ListedAsync(new RunQuery { IsEnded = true, UpdatedBefore = start }).ConfigureAwait(false);

        async Task ListedAsync(RunQuery query, params string[] ids) =>
            Same(ids, (await test.ListAsync(query).ConfigureAwait(false)).Select(run => run.RunId).Order(StringComparer.Ordinal), $"What is listed by {query}");
    }
}
