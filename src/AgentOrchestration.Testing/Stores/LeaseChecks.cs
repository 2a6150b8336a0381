using AgentOrchestration.Runs.Storage;
using static AgentOrchestration.Testing.Stores.StoreUnderTest;

namespace AgentOrchestration.Testing.Stores;

/// <summary>Who may drive a run.</summary>
internal static class LeaseChecks
{
    public static RunStoreCheck[] All { get; } =
    [
        new("A lease that is held cannot be taken until it expires", IsHeldAsync),
        new("Whoever has lost its lease appends nothing", IsFencedAsync),
        new("A lease depends on no time of day", IsMonotonicAsync),
        new("A lease that has expired is valid until another process takes it", IsGoodAsync),
        new("A lease that was released is free, and no longer valid", IsGivenBackAsync),
        new("Every lease has a greater token than those before it", GrowsAsync),
        new("A lease is renewed from now on, by its holder only", IsRenewedAsync),
        new("Giving back an old lease changes nothing", OldAsync),
        new("Leases of different runs have nothing to do with each other", ApartAsync),
    ];

    private static async Task IsHeldAsync(StoreUnderTest test)
    {
        await test.CreateAsync("run").ConfigureAwait(false);
        Equal(null, await TakeAsync(test, "two").ConfigureAwait(false), "The lease that another takes");
        Equal(null, await TakeAsync(test, Owner).ConfigureAwait(false), "The lease that the same takes again");
        test.Clock.Advance(Lease - TimeSpan.FromTicks(1));
        Equal(null, await TakeAsync(test, "two").ConfigureAwait(false), "The lease a tick before it expires");
        test.Clock.Advance(TimeSpan.FromTicks(1));
        Equal("two", (await TakeAsync(test, "two").ConfigureAwait(false))?.Owner, "The owner when it has expired");
    }

    private static async Task IsMonotonicAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        foreach (int hours in (int[])[8, -8])
        {
            test.Clock.Shift = TimeSpan.FromHours(hours);
            Equal(null, await TakeAsync(test, "two").ConfigureAwait(false), $"The lease that another takes when the time of day is {hours} h off");
            True((await test.FindAsync("run").ConfigureAwait(false)).IsLeased, $"The run is leased when the time of day is {hours} h off.");
            True(await test.Store.RenewLeaseAsync(lease, Lease, test.End).ConfigureAwait(false) is not null, "Its holder renews it.");
        }

        test.Clock.Advance(Lease);
        True(!(await test.FindAsync("run").ConfigureAwait(false)).IsLeased, "The run is leased no longer.");
        Equal("two", (await TakeAsync(test, "two").ConfigureAwait(false))?.Owner, "The owner when it has expired");
    }

    private static async Task IsFencedAsync(StoreUnderTest test)
    {
        RunLease old = await test.CreateAsync("run").ConfigureAwait(false);
        await test.AppendAsync(old, 0, "{\"n\":0}").ConfigureAwait(false);
        test.Clock.Advance(Lease);
        RunLease fresh = (await TakeAsync(test, "two").ConfigureAwait(false))!;

        Equal(AppendOutcome.NotOwner, await test.AppendAsync(old, 1, "{\"n\":\"old\"}").ConfigureAwait(false), "The append of the old owner");
        Equal(AppendOutcome.Appended, await test.AppendAsync(fresh, 1, "{\"n\":1}").ConfigureAwait(false), "The append of the new owner");
        Equal(AppendOutcome.NotOwner, await test.AppendAsync(old, 2, "{\"n\":\"old\"}").ConfigureAwait(false), "The append of the old owner afterwards");
        Equal(AppendOutcome.NotOwner, await test.AppendAsync(fresh with { Token = fresh.Token + 1 }, 2, "{}").ConfigureAwait(false), "The append with a token that was never granted");
        Same(["{\"n\":0}", "{\"n\":1}"], await test.ReadAsync("run").ConfigureAwait(false), "The journal");
    }

    private static async Task IsGoodAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        test.Clock.Advance(Lease * 3);
        Equal(AppendOutcome.Appended, await test.AppendAsync(lease, 0, "{}").ConfigureAwait(false), "The append");
        Equal(lease with { ExpiresAt = test.Clock.Now + Lease }, await test.Store.RenewLeaseAsync(lease, Lease, test.End).ConfigureAwait(false), "The renewed lease");
        Equal(null, await TakeAsync(test, "two").ConfigureAwait(false), "The lease that another takes");
    }

    private static async Task IsGivenBackAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        await test.Store.ReleaseLeaseAsync(lease, test.End).ConfigureAwait(false);

        Equal(null, (await test.FindAsync("run").ConfigureAwait(false)).Lease, "The lease of the run");
        Equal(AppendOutcome.NotOwner, await test.AppendAsync(lease, 0, "{}").ConfigureAwait(false), "The append");
        Equal(null, await test.Store.RenewLeaseAsync(lease, Lease, test.End).ConfigureAwait(false), "The renewed lease");
        Equal("two", (await TakeAsync(test, "two").ConfigureAwait(false))?.Owner, "The next owner");
    }

    private static async Task GrowsAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        for (int i = 0; i < 5; i++)
        {
            if (i % 2 == 0)
            {
                await test.Store.ReleaseLeaseAsync(lease, test.End).ConfigureAwait(false);
            }
            else
            {
                test.Clock.Advance(Lease);
            }

            RunLease next = (await TakeAsync(test, Owner).ConfigureAwait(false))!;
            True(next.Token > lease.Token, $"The token {next.Token} follows {lease.Token}.");
            lease = next;
        }
    }

    private static async Task IsRenewedAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        test.Clock.Advance(Lease / 2);
        RunLease renewed = (await test.Store.RenewLeaseAsync(lease, Lease, test.End).ConfigureAwait(false))!;
        Equal(lease with { ExpiresAt = test.Clock.Now + Lease }, renewed, "The renewed lease");
        test.Clock.Advance(Lease - TimeSpan.FromTicks(1));
        Equal(null, await TakeAsync(test, "two").ConfigureAwait(false), "The lease that another takes");
        test.Clock.Advance(TimeSpan.FromTicks(1));
        RunLease taken = (await TakeAsync(test, "two").ConfigureAwait(false))!;
        Equal(null, await test.Store.RenewLeaseAsync(renewed, Lease, test.End).ConfigureAwait(false), "The lease that was lost, renewed");
        Equal(taken, (await test.FindAsync("run").ConfigureAwait(false)).Lease, "The lease of the run");
    }

    private static async Task OldAsync(StoreUnderTest test)
    {
        RunLease old = await test.CreateAsync("run").ConfigureAwait(false);
        test.Clock.Advance(Lease);
        RunLease fresh = (await TakeAsync(test, "two").ConfigureAwait(false))!;
        await test.Store.ReleaseLeaseAsync(old, test.End).ConfigureAwait(false);
        Equal(fresh, (await test.FindAsync("run").ConfigureAwait(false)).Lease, "The lease of the run");
        Equal(AppendOutcome.Appended, await test.AppendAsync(fresh, 0, "{}").ConfigureAwait(false), "The append of the new owner");
    }

    private static async Task ApartAsync(StoreUnderTest test)
    {
        RunLease one = await test.CreateAsync("one").ConfigureAwait(false);
        RunLease two = await test.CreateAsync("two").ConfigureAwait(false);
        await test.Store.ReleaseLeaseAsync(one, test.End).ConfigureAwait(false);
        RunLease again = (await test.Store.AcquireLeaseAsync("one", Owner, Lease, test.End).ConfigureAwait(false))!;
        Equal(AppendOutcome.NotOwner, await test.AppendAsync(again with { RunId = "two" }, 0, "{}").ConfigureAwait(false), "The append to another run");
        Equal(AppendOutcome.Appended, await test.AppendAsync(two, 0, "{}").ConfigureAwait(false), "The append of its own holder");
    }

    private static Task<RunLease?> TakeAsync(StoreUnderTest test, string owner) => test.Store.AcquireLeaseAsync("run", owner, Lease, test.End).AsTask();
}
