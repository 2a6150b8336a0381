using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Tasks.Batching;
using AgentOrchestration.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>16 subtasks that share a call, of which one cannot be done: it fails by itself, or the whole call fails.</summary>
internal sealed class BrokenBatches : IOptimizeWorkload
{
    private const int Count = 16;

    public string Name => "W10 one bad item of 16";

    public IEnumerable<OptimizeRow> Measure(OptimizeSettings settings)
    {
        var comparison = new OptimizeComparison(Name, [.. settings.AllSeeds.Select(seed => Run(seed, maxSize: 1, failsWhole: false))]);
        OptimizeTrial[] byItem = [.. settings.AllSeeds.Select(seed => Run(seed, Count, failsWhole: false))];
        OptimizeTrial[] whole = [.. settings.AllSeeds.Select(seed => Run(seed, Count, failsWhole: true))];
        yield return comparison.PlainRow("one by one");
        yield return comparison.Row("it fails by itself", byItem, "15 succeed with at most 2 requests", byItem.All(trial => trial.Requests <= 2));
        yield return comparison.Row("the call fails as a whole", whole, "15 succeed with at most 9 requests", whole.All(trial => trial.Requests <= 9));
    }

    private static OptimizeTrial Run(int seed, int maxSize, bool failsWhole)
    {
        int requests = 0;
        string bad = $"item-{seed % Count}";
        var simulation = new RunSimulation(services =>
        {
            services.AddSingleton(new Code((items, context) =>
            {
                requests++;
                if (failsWhole && items.Any(item => item.Input.Prompt == bad))
                {
                    throw new InvalidDataException("Not a page.");
                }

                foreach (BatchItem<CallInput, string> item in items)
                {
                    if (item.Input.Prompt == bad)
                    {
                        item.Fail(new InvalidDataException("Not a page."));
                    }
                    else
                    {
                        item.Succeed(item.Input.Prompt);
                    }
                }
            }));
            services.AddAgentOrchestration(options => options.Runs.MaxParallelism = Count).AddTaskType<Read>(options =>
            {
                options.Batch.MaxSize = maxSize;
                options.Retry.MaxAttempts = failsWhole || maxSize == 1 ? 1 : 2;
            });
        });
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            for (int i = 0; i < Count; i++)
            {
                plan.Add($"item-{i}", "read", new JsonObject { ["prompt"] = $"item-{i}" });
            }
        });
        using SimulatedRun run = simulation.Run(plan, seed);
        return new OptimizeTrial(
            requests, 0, 0, run.Elapsed, string.Concat(run.Result.Subtasks.Select(subtask => $"{subtask.Subtask.Id} {subtask.State} {JsonSerializer.Serialize(subtask.Output)}\n")));
    }

    private sealed record Code(Action<BatchItems<CallInput, string>, BatchContext> Work);

    [TaskType("read", Effect = TaskEffect.Pure), Batchable]
    private sealed class Read(Code code) : IBatchTaskHandler<CallInput, string>
    {
        public async ValueTask ExecuteAsync(BatchItems<CallInput, string> items, BatchContext context, CancellationToken cancellationToken)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), context.TimeProvider, cancellationToken);
            code.Work(items, context);
        }
    }
}
