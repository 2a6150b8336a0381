using AgentOrchestration.Runs.Storage;
using static AgentOrchestration.Testing.Stores.StoreUnderTest;

namespace AgentOrchestration.Testing.Stores;

/// <summary>Many at once, through two instances where a store has them.</summary>
internal static class ConcurrencyChecks
{
    private const int Many = 32;

    public static RunStoreCheck[] All { get; } =
    [
        new("Of many that append at one place, one does", OneAppendsAsync),
        new("Of many that take a lease, one gets it", OneTakesAsync),
        new("Of many that make a run of one id, one does", OneMakesAsync),
        new("Runs that are written at the same time are each whole and in order", AllAreWholeAsync),
        new("Who reads while others write sees a beginning of the journal", ReadsABeginningAsync),
    ];

    private static async Task OneAppendsAsync(StoreUnderTest test)
    {
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        IRunStore[] stores = [test.Store, test.OpenAgain()];
        for (int place = 0; place < 5; place++)
        {
            AppendOutcome[] outcomes = await AtOnceAsync(
                number => stores[number % 2].AppendAsync(AppendOf(lease, place, $"{{\"by\":{number}}}"), test.End).AsTask()).ConfigureAwait(false);
            Equal(1, outcomes.Count(outcome => outcome == AppendOutcome.Appended), "The number of appends");
            Equal(Many - 1, outcomes.Count(outcome => outcome == AppendOutcome.WrongSequence), "The number of refusals");
            Same([$"{{\"by\":{Array.IndexOf(outcomes, AppendOutcome.Appended)}}}"], await test.ReadAsync("run", place).ConfigureAwait(false), "The event");
        }
    }

    private static async Task OneTakesAsync(StoreUnderTest test)
    {
        await test.CreateAsync("run").ConfigureAwait(false);
        IRunStore[] stores = [test.Store, test.OpenAgain()];
        for (int round = 0; round < 5; round++)
        {
            test.Clock.Advance(Lease);
            RunLease?[] leases = await AtOnceAsync(
                number => stores[number % 2].AcquireLeaseAsync("run", $"{number}", Lease, test.End).AsTask()).ConfigureAwait(false);
            Equal(1, leases.Count(lease => lease is not null), "The number of leases");
            Equal(leases.Single(lease => lease is not null), (await test.FindAsync("run").ConfigureAwait(false)).Lease, "The lease");
        }
    }

    private static async Task OneMakesAsync(StoreUnderTest test)
    {
        IRunStore[] stores = [test.Store, test.OpenAgain()];
        RunLease?[] leases = await AtOnceAsync(
            number => stores[number % 2].CreateAsync(test.NewRun("run"), $"{number}", Lease, test.End).AsTask()).ConfigureAwait(false);
        Equal(1, leases.Count(lease => lease is not null), "The number of leases");
        Equal(1, (await test.ListAsync(new RunQuery()).ConfigureAwait(false)).Length, "The number of runs");
    }

    private static async Task AllAreWholeAsync(StoreUnderTest test)
    {
        IRunStore[] stores = [test.Store, test.OpenAgain()];
        bool[] done = await AtOnceAsync(async number =>
        {
            RunLease lease = await test.CreateAsync($"run-{number}").ConfigureAwait(false);
            for (int place = 0; place < 20; place += 2)
            {
                AppendOutcome outcome = await stores[number % 2].AppendAsync(AppendOf(lease, place, Event(number, place), Event(number, place + 1)), test.End).ConfigureAwait(false);
                Equal(AppendOutcome.Appended, outcome, $"The append at {place} of run {number}");
            }

            return true;
        }).ConfigureAwait(false);
        Equal(Many, done.Length, "The number of runs");
        for (int number = 0; number < Many; number++)
        {
            int run = number;
            Same(Enumerable.Range(0, 20).Select(place => Event(run, place)), await test.ReadAsync($"run-{run}").ConfigureAwait(false), $"The journal of run {run}");
        }
    }

    private static async Task ReadsABeginningAsync(StoreUnderTest test)
    {
        const int Events = 100;
        RunLease lease = await test.CreateAsync("run").ConfigureAwait(false);
        IRunStore reader = test.OpenAgain();
        Task writing = Task.Run(
            async () =>
            {
                for (int place = 0; place < Events; place++)
                {
                    await test.AppendAsync(lease, place, Event(0, place)).ConfigureAwait(false);
                }
            },
            test.End);
        int seen = 0;
        while (seen < Events)
        {
            test.End.ThrowIfCancellationRequested();
            bool isLast = writing.IsCompleted;
            string[] events = await test.ReadAsync(reader, "run").ConfigureAwait(false);
            Same(Enumerable.Range(0, events.Length).Select(place => Event(0, place)), events, "The journal");
            True(events.Length >= seen, $"There were {seen} events, and now there are {events.Length}.");
            True(!isLast || events.Length == Events, $"All {Events} were appended, and {events.Length} are read.");
            seen = events.Length;
        }

        await writing.ConfigureAwait(false);
    }

    private static string Event(int run, int place) => $"{{\"run\":{run},\"n\":{place}}}";

    private static Task<T[]> AtOnceAsync<T>(Func<int, Task<T>> action) => Task.WhenAll(Enumerable.Range(0, Many).Select(number => Task.Run(() => action(number))));
}
