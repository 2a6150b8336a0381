using System.Diagnostics;
using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Graph;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Scheduling.Dispatch;
using AgentOrchestration.Scheduling.Sharing;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Benchmarks.Ledger;

/// <summary>The ready queue over the ledger: subtasks that each need the one unit of one of some pools.</summary>
internal static class WaitingForPools
{
    private const int Rounds = 7;
    private const int Dispatches = 200_000;

    /// <returns>Nanoseconds per subtask, in and out of the queue.</returns>
    public static double Measure(int waiters, int pools)
    {
        var ledger = new ResourcePools([.. Enumerable.Range(0, pools).Select(pool => new ResourceDeclaration($"pool{pool}", 1))], TimeProvider.System);
        var resources = new AttemptLimiter(ledger, maxAttempts: null);
        var share = new RunResources(new WaitingRoom(resources, TimeProvider.System));
        var queue = new ReadyQueue(new GrowingGraph(Checked(waiters, pools, resources)), share);
        var random = new SeededRandom(1);
        int[] order = [.. Enumerable.Range(0, waiters).OrderBy(_ => random.Below(int.MaxValue))];
        int repetitions = Math.Max(1, Dispatches / waiters);
        List<double> times = [];
        for (int round = 0; round <= Rounds; round++)
        {
            long began = Stopwatch.GetTimestamp();
            for (int repetition = 0; repetition < repetitions; repetition++)
            {
                Play(queue, share, order);
            }

            if (round > 0)
            {
                times.Add(Stopwatch.GetElapsedTime(began).TotalNanoseconds / ((double)repetitions * waiters));
            }
        }

        return Statistics.Median(times);
    }

    private static void Play(ReadyQueue queue, RunResources share, int[] order)
    {
        Array.ForEach(order, queue.Enqueue);
        var held = new Queue<ResourceLease>();
        while (queue.Count > 0 || held.Count > 0)
        {
            do
            {
                queue.Wake();
                while (queue.TryDequeue(mayStart: null, out _, out ResourceLease? lease, out _))
                {
                    held.Enqueue(lease!);
                }
            }
            while (share.Answer());

            held.Dequeue().Dispose();
        }
    }

    private static TaskGraph Checked(int waiters, int pools, IResourceManager resources)
    {
        var taskType = TaskDescriptor.For("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(None.Value));
        var serializer = new PayloadSerializer(PayloadSerializer.DefaultOptions);
        var plan = TaskPlan.Create(builder =>
        {
            for (int i = 0; i < waiters; i++)
            {
                builder.Add($"t{i}", "work", options: new() { Resources = ResourceRequirements.Of($"pool{i % pools}", 1) });
            }
        });
        return new PlanChecker(new TaskTypeRegistry([taskType], serializer), resources, serializer).Check(plan, out _)!;
    }
}
