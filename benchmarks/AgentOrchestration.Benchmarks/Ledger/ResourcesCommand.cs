using System.CommandLine;
using System.Globalization;
using AgentOrchestration.Benchmarks.Tables;

namespace AgentOrchestration.Benchmarks.Ledger;

/// <summary>What the resource ledger costs: beside a semaphore, and as more wait for more pools.</summary>
internal static class ResourcesCommand
{
    private static readonly int[] Pools = [1, 4, 16];
    private static readonly int[] Waiters = [1, 16, 100, 1_000, 10_000, 100_000];

    public static Command Create()
    {
        var results = new Option<bool>("--results") { Description = "Writes benchmarks/results/resources.md." };
        var command = new Command("resources", "The resource ledger beside a semaphore, and dispatch by waiters and pools.") { results };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            string text = $"""
                # Resources

                {Machine.Describe()}
                Made by `dotnet run -c Release --project benchmarks/AgentOrchestration.Benchmarks -- resources`. Medians of rounds that take turns.

                ## Take and give back one unit of one pool

                {BesideSemaphore()}
                The ledger is asked as runs do: through the limits on attempts, with a lease for each, and with its use over time measured.

                ## A dispatch, by how many wait and for how many pools

                {ByWaiters()}
                Subtasks come to the ready queue in random order, each needs the one unit of one of the pools. One dispatch: a lease goes back, every
                pool's most urgent is asked for again, one starts. In brackets: relative to one waiter and one pool.

                """;
            await Console.Out.WriteAsync(text);
            if (arguments.GetValue(results))
            {
                await ResultsFolder.WriteAsync("resources.md", text, cancellationToken);
            }
        });
        return command;
    }

    private static MarkdownTable BesideSemaphore()
    {
        var table = new MarkdownTable("threads", "`SemaphoreSlim` Wait(0) + Release, ns", "ledger TryAcquire + Dispose, ns", "ratio");
        foreach (int threads in new[] { 1, 2 })
        {
            (double semaphore, double ledger) = TakeAndGiveBack.Measure(threads);
            table.Add(threads.ToString(CultureInfo.InvariantCulture), Number(semaphore), Number(ledger), (ledger / semaphore).ToString("F2", CultureInfo.InvariantCulture));
        }

        return table;
    }

    private static MarkdownTable ByWaiters()
    {
        var table = new MarkdownTable(["waiters", .. Pools.Select(pools => $"{pools} pool{(pools == 1 ? "" : "s")}, ns")]);
        double first = 0;
        foreach (int waiters in Waiters)
        {
            List<string> cells = [waiters.ToString("N0", CultureInfo.InvariantCulture)];
            foreach (int pools in Pools)
            {
                double time = pools > waiters ? double.NaN : WaitingForPools.Measure(waiters, pools);
                first = first == 0 ? time : first;
                cells.Add(pools > waiters ? "" : $"{Number(time)} ({(time / first).ToString("F1", CultureInfo.InvariantCulture)})");
            }

            table.Add([.. cells]);
        }

        return table;
    }

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
