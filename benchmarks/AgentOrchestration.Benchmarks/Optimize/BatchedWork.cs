using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Tasks.Batching;
using AgentOrchestration.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>
/// A plan whose subtasks take a time and answer with a hash of what they are, run by the engine of production in virtual time. Those of some task types share a call:
/// ideal service, a call lasts as long as its longest item.
/// </summary>
/// <param name="taskTypes">The task types of the plan, and whether each takes several subtasks in one call.</param>
/// <param name="secondsOf">By subtask, how long it takes.</param>
internal sealed class BatchedWork(IReadOnlyDictionary<string, bool> taskTypes, Func<string, double> secondsOf)
{
    /// <summary>Gets how many calls run at a time. Default: any number.</summary>
    public int MaxParallelism { get; init; } = 10_000;

    /// <summary>Gets whether each item of a call is answered when its own time is over, as by an endpoint that streams its answers. Default: all at the end.</summary>
    public bool AnswersAsTheyCome { get; init; }

    /// <param name="plan">The plan.</param>
    /// <param name="seed">Orders what happens at the same moment.</param>
    /// <param name="maxSize">The greatest number of subtasks in one call; 1 for the plain run.</param>
    /// <param name="hold">Whether subtasks wait for others.</param>
    public OptimizeTrial Run(TaskPlan plan, int seed, int maxSize, BatchHold hold)
    {
        int requests = 0;
        var simulation = new RunSimulation(services =>
        {
            services.AddSingleton(new StreamedSearch.Service(secondsOf, Answer, () => requests++));
            IAgentOrchestrationBuilder builder = services.AddAgentOrchestration(options => options.Runs.MaxParallelism = MaxParallelism);
            foreach ((string taskType, bool isBatchable) in taskTypes)
            {
                if (isBatchable && AnswersAsTheyCome)
                {
                    builder.AddTaskType<StreamedSearch>(options => options.Batch.MaxSize = maxSize);
                }
                else if (isBatchable)
                {
                    builder.AddBatchTaskType<CallInput, string>(taskType, "Works.", WorkTogetherAsync, options =>
                    {
                        options.Effect = TaskEffect.Pure;
                        options.Batch.MaxSize = maxSize;
                        options.Batch.Hold = hold;
                    });
                }
                else
                {
                    builder.AddTaskType<CallInput, string>(taskType, "Works.", WorkAsync, options => options.Effect = TaskEffect.Pure);
                }
            }
        })
        {
            MaxSteps = 50_000_000,
            Patience = TimeSpan.Zero,
        };
        using SimulatedRun run = simulation.Run(plan, seed);
        return new OptimizeTrial(requests, 0, 0, run.Elapsed, OutputsOf(run.Result));

        async ValueTask<IReadOnlyList<string>> WorkTogetherAsync(IReadOnlyList<CallInput> inputs, BatchContext context, CancellationToken stop)
        {
            requests++;
            await Task.Delay(TimeSpan.FromSeconds(inputs.Max(input => secondsOf(input.Prompt))), context.TimeProvider, stop);
            return [.. inputs.Select(input => Answer(input.Prompt))];
        }

        async ValueTask<string> WorkAsync(CallInput input, TaskContext context, CancellationToken stop)
        {
            await Task.Delay(TimeSpan.FromSeconds(secondsOf(input.Prompt)), context.TimeProvider, stop);
            return Answer(input.Prompt);
        }
    }

    /// <summary>Adds a subtask whose input is its id.</summary>
    public static SubtaskRef Add(TaskPlanBuilder plan, string id, string taskType, IEnumerable<SubtaskRef> after, double estimate) => plan.Add(
        id, taskType, new JsonObject { ["prompt"] = id }, after: after, options: new() { EstimatedDuration = TimeSpan.FromSeconds(estimate) });

    /// <summary>A duration that differs from its estimate by a lognormal factor, the same for the same seed and id.</summary>
    public static double Vary(double estimate, int seed, string id, double sigma)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed} {id}")));
        double first = (BitConverter.ToUInt32(hash, 0) + 1.0) / (uint.MaxValue + 2.0);
        double second = BitConverter.ToUInt32(hash, 4) / (double)uint.MaxValue;
        return estimate * Math.Exp(sigma * Math.Sqrt(-2 * Math.Log(first)) * Math.Cos(2 * Math.PI * second));
    }

    private static string Answer(string prompt) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(prompt)));

    private static string OutputsOf(RunResult result) =>
        string.Concat(result.Subtasks.Select(subtask => $"{subtask.Subtask.Id} {subtask.State} {JsonSerializer.Serialize(subtask.Output)}\n"));
}
