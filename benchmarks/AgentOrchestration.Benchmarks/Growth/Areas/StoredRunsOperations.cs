using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Many runs in one file: listed, found, deleted, resumed when a process starts.</summary>
internal static class StoredRunsOperations
{
    private const string Runs = "runs";
    private const int Times = 50;
    private const int Openings = 10;

    public static IEnumerable<GrowthOperation> All =>
    [
        Constant("stores/first page of runs", Times, static store => CountAsync(store, new RunQuery { Max = FileOfRuns.Page }, FileOfRuns.Page)),
        Constant("stores/list by outcome", Times, static store => CountAsync(store, new RunQuery { Outcome = RunOutcome.Failed, Max = FileOfRuns.Page }, FileOfRuns.Page)),
        Constant("stores/find a run", Times * 10, FindAsync),
        new("stores/open a file", Runs, Open) { Smallest = 160, Unit = "opening", Units = Openings, Cpu = CostLimit.Constant, Bytes = CostLimit.Constant },
        new("stores/delete runs that have ended", Runs, Delete) { Smallest = 24, IsOnce = true },
        new("stores/resume at start", Runs, ResumeAtStart) { Smallest = 16, IsOnce = true },
    ];

    private static GrowthOperation Constant(string name, int times, Func<IRunStore, Task> ask) => new(name, Runs, n => Filled(n, async file =>
    {
        for (int i = 0; i < times; i++)
        {
            await ask(file.Store);
        }
    }))
    { Smallest = 160, Unit = "call", Units = times, Cpu = CostLimit.Constant, Bytes = CostLimit.Constant };

    private static async Task FindAsync(IRunStore store)
    {
        if (await store.FindAsync("run-000002", default) is null)
        {
            throw new InvalidOperationException("There is no such run.");
        }
    }

    private static async Task CountAsync(IRunStore store, RunQuery query, int expected)
    {
        int count = await store.ListAsync(query, default).CountAsync();
        if (count != expected)
        {
            throw new InvalidOperationException($"{count} runs were listed, not {expected}.");
        }
    }

    private static Trial Open(int n) => Filled(n, static async file =>
    {
        for (int i = 0; i < Openings; i++)
        {
            using var store = new SqliteRunStore(file.Path, TimeProvider.System);
            await FindAsync(store);
        }
    });

    private static Trial Delete(int n) => Filled(n, async file =>
    {
        int deleted = await file.Store.DeleteEndedAsync(DateTimeOffset.MaxValue);
        if (deleted != n)
        {
            throw new InvalidOperationException($"{deleted} of {n} runs were deleted.");
        }
    });

    private static Trial Filled(int n, Func<FileOfRuns, Task> measure) => Trial.Using(() => FileOfRuns.CreateAsync(n), measure);

    private static Trial ResumeAtStart(int n)
    {
        CountingSink sink = null!;
        return Trial.Using(
            async () =>
            {
                var durable = new DurableHost();
                TaskPlan plan = WidePlans.Create(1, DurableHost.Gate);
                await Task.WhenAll(Enumerable.Range(0, n).Select(async _ => await (await durable.Host.Orchestrator.StartAsync(plan)).DisposeAsync()));
                sink = new CountingSink(n);
                await durable.RestartAsync(builder => builder.ResumeInterruptedRuns().Services.AddSingleton<IRunEventSink>(sink));
                return durable;
            },
            async durable =>
            {
                IHostedService[] hosted = [.. durable.Host.Services.GetServices<IHostedService>()];
                await Task.WhenAll(hosted.Select(static service => service.StartAsync(default)));
                await sink.Ended;
                await Task.WhenAll(hosted.Select(static service => service.StopAsync(default)));
            });
    }
}
