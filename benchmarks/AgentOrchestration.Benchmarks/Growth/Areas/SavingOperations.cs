using AgentOrchestration.Tasks.Batching;
using AgentOrchestration.Tasks.Endpoints;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>What makes runs cheaper: batches, shared prompts, the cache and its flights, the gate before an endpoint, objects that are made ahead.</summary>
internal static class SavingOperations
{
    private const string Subtasks = "subtasks";
    private const string Batched = "batched";
    private const string Prompted = "prompted";
    private const string Cached = "cached";
    private const string Renting = "renting";

    public static IEnumerable<GrowthOperation> All =>
    [
        new("saving/batches of what is ready", Subtasks, ReadyBatches) { Smallest = 400 },
        new("saving/batches that are held for arrivals", Subtasks, HeldBatches) { Smallest = 400 },
        new("saving/batches of different keys", Subtasks, KeyedBatches) { Smallest = 400 },
        new("saving/shared prompts", Subtasks, SharedPrompts) { Smallest = 400 },
        new("saving/results from the cache", Subtasks, CachedResults) { Smallest = 250, Cpu = CostLimit.Sorting },
        new("saving/equal work of runs at once", "runs", Flights) { Smallest = 100 },
        new("saving/calls through a gate", "calls", GatedCalls) { Smallest = 400 },
        new("saving/objects made ahead", Subtasks, ObjectsAhead) { Smallest = 400 },
    ];

    private static Trial ReadyBatches(int n) => Trial.Using(() => BatchHost(), host => host.RunAsync(WidePlans.Create(n, Batched)));

    private static Trial KeyedBatches(int n) => Trial.Using(
        () => BatchHost(static options => options.Batch.Key = static subtask => subtask.Id[..^1]), host => host.RunAsync(WidePlans.Create(n, Batched)));

    private static Trial HeldBatches(int n)
    {
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            for (int i = 0; i < n / 2; i++)
            {
                plan.Add($"b{i}", Batched, after: [plan.Add($"s{i}", GrowthHost.Yield)]);
            }
        });
        return Trial.Using(() => BatchHost(), host => host.RunAsync(plan));
    }

    private static GrowthHost BatchHost(Action<TaskTypeOptions>? configure = null) => GrowthHost.Create(static options => options.Runs.MaxParallelism = 32, builder => builder.AddBatchTaskType(
        Batched,
        "Answers several at once.",
        static async (IReadOnlyList<None> items, BatchContext _, CancellationToken _) =>
        {
            await Task.Yield();
            return items;
        },
        options =>
        {
            options.Effect = TaskEffect.Pure;
            configure?.Invoke(options);
        }));

    private static Trial SharedPrompts(int n) => Trial.Using(
        () => GrowthHost.Create(static options => options.Runs.MaxParallelism = 32, builder => builder.AddTaskType<None, None>(
            Prompted,
            "Has a long prompt.",
            static async (_, context, _) =>
            {
                context.ReportProgress(0);
                await Task.Yield();
                return None.Value;
            },
            static options =>
            {
                options.Effect = TaskEffect.Read;
                options.SharedPrompt = static subtask => subtask.Id[..^1];
            })),
        host => host.RunAsync(WidePlans.Create(n, Prompted)));

    private static Trial CachedResults(int n)
    {
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            for (int i = 0; i < n; i++)
            {
                plan.Add($"s{i}", Cached, i);
            }
        });
        return Trial.Using(
            async () =>
            {
                GrowthHost host = CacheHost(n);
                await host.RunAsync(plan);
                return host;
            },
            host => host.RunAsync(plan));
    }

    private static Trial Flights(int n)
    {
        TaskPlan plan = TaskPlan.Create(static plan => plan.Add("only", Cached, 1));
        return Trial.Using(() => CacheHost(1), host => Task.WhenAll(Enumerable.Range(0, n).Select(_ => host.RunAsync(plan))));
    }

    private static GrowthHost CacheHost(int entries) => GrowthHost.Create(register: builder => builder
        .UseResultCache(options => options.MaxLocalEntries = entries)
        .AddTaskType<int, int>(
            Cached,
            "Is kept.",
            static async (input, _, _) =>
            {
                await Task.Yield();
                return input;
            },
            static options => options.Effect = TaskEffect.Pure));

    private static Trial GatedCalls(int n) => Trial.Using(
        static () => GrowthHost.Create(register: static builder => builder.AddModelEndpoint("model", static endpoint =>
        {
            endpoint.RequestsPerMinute = 1_000_000_000;
            endpoint.InputTokensPerMinute = 1_000_000_000;
        })),
        async host =>
        {
            using IChatClient client = host.Services.GetRequiredKeyedService<IModelEndpoint>("model").Wrap(new QuickModel());
            await Task.WhenAll(Enumerable.Range(0, n).Select(_ => client.GetResponseAsync("A question.")));
        });

    private static Trial ObjectsAhead(int n)
    {
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            SubtaskRef first = plan.Add("first", GrowthHost.Yield);
            for (int i = 0; i < n; i++)
            {
                plan.Add($"s{i}", Renting, after: [first], options: new() { Resources = ResourceRequirements.Of("object", 1) });
            }
        });
        return Trial.Using(
            static () => GrowthHost.Create(static options => options.Runs.MaxParallelism = 32, static builder => builder
                .AddResourceObjects("object", 8, static (_, _) => new ValueTask<object>(new object()), static options => options.MakeAhead = true)
                .AddTaskType<None, None>(Renting, "Rents an object.", static async (_, context, cancellationToken) =>
                {
                    await context.RentAsync<object>("object", cancellationToken);
                    return None.Value;
                })),
            host => host.RunAsync(plan));
    }

    /// <summary>Answers at once.</summary>
    private sealed class QuickModel : IChatClient
    {
        public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, "An answer."));
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
