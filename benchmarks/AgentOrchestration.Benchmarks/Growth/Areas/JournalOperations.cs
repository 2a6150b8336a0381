using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>One durable run in a file: written, resumed, read.</summary>
internal static class JournalOperations
{
    private const string Subtasks = "subtasks";
    private const string Text = "text";
    private const int FirstEvents = 10;
    private const int Times = 50;

    public static IEnumerable<GrowthOperation> All =>
    [
        new("stores/append to a journal", Subtasks, Append) { Smallest = 120 },
        new("stores/a large output", "characters", LargeOutput) { Smallest = 100_000 },
        new("stores/resume a run", Subtasks, Resume) { Smallest = 120, IsOnce = true },
        new("stores/read a snapshot", Subtasks, ReadSnapshot) { Smallest = 120 },
        new("stores/first events of a journal", Subtasks, ReadFirst) { Smallest = 120, Unit = "reading", Units = Times, Cpu = CostLimit.Constant, Bytes = CostLimit.Constant },
    ];

    private static Trial Append(int n)
    {
        TaskPlan plan = WidePlans.Create(n);
        return Trial.Using(static () => new DurableHost(), durable => durable.Host.RunAsync(plan));
    }

    private static Trial LargeOutput(int n)
    {
        string output = new('x', n);
        TaskPlan plan = WidePlans.Create(1, Text);
        return Trial.Using(
            () => new DurableHost(builder => builder.AddTaskType<None, string>(Text, "Writes.", (_, _, _) => new(output))), durable => durable.Host.RunAsync(plan));
    }

    private static Trial Resume(int n)
    {
        string runId = "";
        return Trial.Using(
            async () =>
            {
                var durable = new DurableHost();
                runId = await LeaveAsync(durable, n);
                await durable.RestartAsync();
                return durable;
            },
            async durable =>
            {
                await using OrchestrationRun run = await durable.Host.Orchestrator.ResumeAsync(runId);
                await GrowthHost.EndAsync(run);
            });
    }

    /// <summary>Runs until all subtasks but the last are committed.</summary>
    private static async Task<string> LeaveAsync(DurableHost durable, int n)
    {
        TaskPlan plan = WidePlans.Create(n).With(static edit => edit.Add("last", DurableHost.Gate));
        await using OrchestrationRun run = await durable.Host.Orchestrator.StartAsync(plan);
        int left = n;
        await foreach (RunEvent happened in run.WatchAsync())
        {
            if (happened is SubtaskSucceeded && --left == 0)
            {
                break;
            }
        }

        return run.RunId;
    }

    private static Trial ReadSnapshot(int n) => OfEnded(n, async (store, runId) =>
    {
        RunSnapshot? snapshot = await store.ReadSnapshotAsync(runId);
        if (snapshot?.Subtasks.Count != n)
        {
            throw new InvalidOperationException("The snapshot holds too little.");
        }
    });

    private static Trial ReadFirst(int n) => OfEnded(n, static async (store, runId) =>
    {
        for (int i = 0; i < Times; i++)
        {
            int read = 0;
            await foreach (ReadOnlyMemory<byte> _ in store.ReadAsync(runId, 0, default))
            {
                if (++read == FirstEvents)
                {
                    break;
                }
            }
        }
    });

    private static Trial OfEnded(int n, Func<IRunStore, string, Task> read)
    {
        string runId = "";
        return Trial.Using(
            async () =>
            {
                var durable = new DurableHost();
                await using OrchestrationRun run = await durable.Host.Orchestrator.StartAsync(WidePlans.Create(n));
                await GrowthHost.EndAsync(run);
                runId = run.RunId;
                return durable;
            },
            durable => read(durable.Store, runId));
    }
}
