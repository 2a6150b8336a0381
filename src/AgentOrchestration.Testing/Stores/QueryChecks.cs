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
        new("A run is listed with its name, its goal, its tags and how far it has come", DescribesAsync),
        new("A list is narrowed by name and tags", NarrowsByLabelsAsync),
        new("Pages continue after a place, from either end, whatever is added or deleted meanwhile", PagesAsync),
        new("Runs made at the same moment are listed by the code points of their ids", OrdersAsync),
        new("A query that contradicts itself is refused", RefusesAsync),
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

    private static async Task DescribesAsync(StoreUnderTest test)
    {
        NewRun described = test.NewRun("run") with { Name = "nightly", Goal = "A \"report\" on cars: Ä€𝄞", Tags = Tags(("b", "2"), ("a", "")), Subtasks = 3 };
        RunLease lease = (await test.Store.CreateAsync(described, Owner, Lease, test.End).ConfigureAwait(false))!;
        await test.CreateAsync("plain").ConfigureAwait(false);

        StoredRun made = await test.FindAsync("run").ConfigureAwait(false);
        Equal(("nightly", described.Goal, new RunProgress(0, 3)), (made.Name!, made.Goal, made.Progress), "What describes the run");
        Same(["a=", "b=2"], made.Tags.Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal), "Its tags");
        StoredRun plain = await test.FindAsync("plain").ConfigureAwait(false);
        Equal((null, "", 0, default(RunProgress)), (plain.Name, plain.Goal, plain.Tags.Count, plain.Progress), "What describes a run without labels");

        await test.Store.AppendAsync(AppendOf(lease, 0, "{}") with { Progress = new RunProgress(1, 4) }, test.End).ConfigureAwait(false);
        await test.AppendAsync(lease, 1, "{}").ConfigureAwait(false);
        Equal(new RunProgress(1, 4), (await test.FindAsync("run").ConfigureAwait(false)).Progress, "Its progress");
    }

    private static async Task NarrowsByLabelsAsync(StoreUnderTest test)
    {
        await CreateAsync("one", "nightly", ("tenant", "acme"), ("stage", "test")).ConfigureAwait(false);
        await CreateAsync("two", "nightly", ("tenant", "acme")).ConfigureAwait(false);
        await CreateAsync("three", "hourly", ("tenant", "other"), ("stage", "test")).ConfigureAwait(false);
        await CreateAsync("four", null).ConfigureAwait(false);

        await ListedAsync(new RunQuery { Name = "nightly" }, "one", "two").ConfigureAwait(false);
        await ListedAsync(new RunQuery { Name = "NIGHTLY" }).ConfigureAwait(false);
        await ListedAsync(new RunQuery { Tags = Tags(("tenant", "acme")) }, "one", "two").ConfigureAwait(false);
        await ListedAsync(new RunQuery { Tags = Tags(("tenant", "acme"), ("stage", "test")) }, "one").ConfigureAwait(false);
        await ListedAsync(new RunQuery { Tags = Tags(("stage", "test")), Name = "hourly" }, "three").ConfigureAwait(false);
        await ListedAsync(new RunQuery { Tags = Tags(("acme", "tenant")) }).ConfigureAwait(false);
        await ListedAsync(new RunQuery { Tags = Tags(("tenant", "acme")), IsEnded = true }).ConfigureAwait(false);
        True(await test.Store.DeleteAsync("two", test.End).ConfigureAwait(false) || await ReleasedAndDeletedAsync().ConfigureAwait(false), "A run with tags cannot be deleted.");
        await ListedAsync(new RunQuery { Tags = Tags(("tenant", "acme")) }, "one").ConfigureAwait(false);

        async Task CreateAsync(string runId, string? name, params (string, string)[] tags) =>
            await test.Store.CreateAsync(test.NewRun(runId) with { Name = name, Tags = Tags(tags) }, Owner, Lease, test.End).ConfigureAwait(false);

        async Task<bool> ReleasedAndDeletedAsync()
        {
            test.Clock.Advance(Lease);
            return await test.Store.DeleteAsync("two", test.End).ConfigureAwait(false);
        }

        async Task ListedAsync(RunQuery query, params string[] ids) =>
            Same(ids.Order(StringComparer.Ordinal), (await test.ListAsync(query).ConfigureAwait(false)).Select(run => run.RunId).Order(StringComparer.Ordinal), $"What is listed by {query.Name} {string.Join(' ', query.Tags)}");
    }

    private static async Task PagesAsync(StoreUnderTest test)
    {
        // Three at each moment, so that pages end within one.
        for (int i = 0; i < 9; i++)
        {
            NewRun run = test.NewRun($"{i}") with { Tags = Tags(("even", $"{i % 2 == 0}")) };
            RunLease lease = (await test.Store.CreateAsync(run, Owner, Lease, test.End).ConfigureAwait(false))!;
            await test.Store.ReleaseLeaseAsync(lease, test.End).ConfigureAwait(false);
            test.Clock.Advance(TimeSpan.FromSeconds(i % 3 == 2 ? 1 : 0));
        }

        await PagedAsync(new RunQuery { Max = 2 }, "01", "23", "45", "67", "8").ConfigureAwait(false);
        await PagedAsync(new RunQuery { Max = 4, NewestFirst = true }, "8765", "4321", "0").ConfigureAwait(false);
        await PagedAsync(new RunQuery { Max = 2, NewestFirst = true, Tags = Tags(("even", "True")) }, "86", "42", "0").ConfigureAwait(false);
        await PagedAsync(new RunQuery { Max = 2, NewestFirst = true, IsEnded = false, IsLeased = false }, "87", "65", "43", "21", "0").ConfigureAwait(false);

        StoredRun[] first = await test.ListAsync(new RunQuery { Max = 3, NewestFirst = true }).ConfigureAwait(false);
        True(await test.Store.DeleteAsync("6", test.End).ConfigureAwait(false), "The last run of the page cannot be deleted.");
        await test.CreateAsync("9").ConfigureAwait(false);
        StoredRun[] second = await test.ListAsync(new RunQuery { Max = 3, NewestFirst = true, After = first[^1].Place }).ConfigureAwait(false);
        Same(["5", "4", "3"], second.Select(run => run.RunId), "The page after a run that was deleted");

        async Task PagedAsync(RunQuery query, params string[] pages)
        {
            RunPlace? after = null;
            foreach (string page in pages)
            {
                StoredRun[] runs = await test.ListAsync(query with { After = after }).ConfigureAwait(false);
                Same([page], [string.Concat(runs.Select(run => run.RunId))], "A page");
                after = runs[^1].Place;
            }

            Equal(0, (await test.ListAsync(query with { After = after }).ConfigureAwait(false)).Length, "The number of runs after the last");
        }
    }

    private static async Task OrdersAsync(StoreUnderTest test)
    {
        string[] ordered = ["A", "a", "aa", "a\u0301", "\u00e9", "\u65e5", "\uFEFFrun", "\uFFFD", "\U0001F600", "\U0001F600a"];
        foreach (string id in ordered.Reverse())
        {
            await test.CreateAsync(id).ConfigureAwait(false);
        }

        Same(ordered, (await test.ListAsync(new RunQuery()).ConfigureAwait(false)).Select(run => run.RunId), "The runs");
        Same(ordered.Reverse(), (await test.ListAsync(new RunQuery { NewestFirst = true }).ConfigureAwait(false)).Select(run => run.RunId), "The runs from the other end");
        for (int i = 0; i < ordered.Length; i++)
        {
            RunPlace place = (await test.FindAsync(ordered[i]).ConfigureAwait(false)).Place;
            Same(ordered[(i + 1)..], (await test.ListAsync(new RunQuery { After = place }).ConfigureAwait(false)).Select(run => run.RunId), $"The runs after '{ordered[i]}'");
            Same(
                ordered[..i].Reverse(),
                (await test.ListAsync(new RunQuery { After = place, NewestFirst = true }).ConfigureAwait(false)).Select(run => run.RunId), $"The runs before '{ordered[i]}'");
        }
    }

    private static async Task RefusesAsync(StoreUnderTest test)
    {
        await test.CreateAsync("\uFFFD").ConfigureAwait(false);
        RunQuery[] senseless =
        [
            new() { Max = 0 },
            new() { Max = -1 },
            new() { Name = "\uD800" },
            new() { Tags = Tags(("tag", "\uDC00")) },
            new() { After = new RunPlace(test.Clock.Now, "\uD800") },
        ];
        foreach (RunQuery query in senseless)
        {
            await ThrowsAsync<ArgumentException>(() => test.ListAsync(query), query.ToString()).ConfigureAwait(false);
        }
    }

    private static SortedDictionary<string, string> Tags(params (string Tag, string Value)[] tags) =>
        new(tags.ToDictionary(tag => tag.Tag, tag => tag.Value, StringComparer.Ordinal), StringComparer.Ordinal);

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
