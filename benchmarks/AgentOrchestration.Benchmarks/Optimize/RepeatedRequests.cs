using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>200 runs, 20 at a time, that ask 50 different things, some far more often than others.</summary>
internal sealed class RepeatedRequests : IOptimizeWorkload
{
    private const int Runs = 200;
    private const int Identities = 50;
    private const int AtOnce = 20;

    public string Name => "W4 200 runs over 50 requests";

    public IEnumerable<OptimizeRow> Measure(OptimizeSettings settings)
    {
        var comparison = new OptimizeComparison(Name, [.. settings.AllSeeds.Select(seed => Work(_ => { }).Run(PlanOf(seed), seed))]);
        yield return comparison.PlainRow();

        OptimizeTrial[] flights = [.. settings.AllSeeds.Select(seed => Work(builder => builder.UseResultCache()).Run(PlanOf(seed), seed))];
        double distinct = settings.AllSeeds.Average(seed => RequestsOf(seed).Distinct().Count());
        double together = flights.Max(trial => trial.Figures["at once"]);
        double requests = flights.Average(trial => trial.Requests);
        yield return comparison.Row(
            "result cache with flights",
            flights,
            string.Create(CultureInfo.InvariantCulture, $"as many executions as distinct requests ({distinct:F1}): {requests:F1}; none twice at once: at most {together:F0}"),
            requests == distinct && together <= 1);
    }

    /// <summary>Each request is a run of its own, started by code of a run that lets so many work at a time.</summary>
    private static SimulatedWork Work(Action<IAgentOrchestrationBuilder> configure)
    {
        var asked = new ConcurrentDictionary<string, int>();
        int most = 0;
        return new SimulatedWork(new ScriptedModelOptions { PromptCacheLifetime = TimeSpan.Zero }, builder =>
        {
            CallPlan.AddCall(builder, options => options.CacheTimeToLive = TimeSpan.FromHours(1));
            configure(builder.AddTaskType(
                "request",
                "Runs a plan for a request.",
                async (CallInput input, TaskContext context, CancellationToken cancellationToken) =>
                {
                    await using OrchestrationRun run = await context.Services.GetRequiredService<ITaskOrchestrator>().StartAsync(CallPlan.Of(1, _ => input.Prompt), cancellationToken);
                    return (string?)(await run.WaitAsync(cancellationToken)).Subtasks[0].Output;
                },
                options => options.Effect = TaskEffect.Write));
        })
        {
            MaxParallelism = AtOnce,
            Wrap = (_, server) => new CountingCalls(server, asked, together => most = Math.Max(most, together)),
            Figures = (_, _) => new Dictionary<string, double> { ["at once"] = most },
        };
    }

    private static TaskPlan PlanOf(int seed)
    {
        int[] requests = RequestsOf(seed);
        return TaskPlan.Create(plan =>
        {
            for (int run = 0; run < Runs; run++)
            {
                plan.Add($"run-{run}", "request", new JsonObject { ["prompt"] = string.Create(CultureInfo.InvariantCulture, $"question {requests[run]}") });
            }
        });
    }

    private static int[] RequestsOf(int seed)
    {
        var random = new SeededRandom((ulong)seed);
        var zipf = new ZipfNumbers(Identities, exponent: 1);
        return [.. Enumerable.Range(0, Runs).Select(_ => zipf.Next(random))];
    }

    /// <summary>Counts how many calls with the same prompt run at a time.</summary>
    private sealed class CountingCalls(IChatClient inner, ConcurrentDictionary<string, int> asked, Action<int> seen) : DelegatingChatClient(inner)
    {
        public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            ChatMessage[] prompt = [.. messages];
            string text = prompt[^1].Text;
            seen(asked.AddOrUpdate(text, 1, static (_, before) => before + 1));
            try
            {
                await foreach (ChatResponseUpdate update in base.GetStreamingResponseAsync(prompt, options, cancellationToken))
                {
                    yield return update;
                }
            }
            finally
            {
                asked.AddOrUpdate(text, 0, static (_, before) => before - 1);
            }
        }
    }
}
