using System.Collections.Concurrent;
using System.Diagnostics;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks.Deferring;
using AgentOrchestration.Tasks.Endpoints;
using AgentOrchestration.Tasks.Prices;
using AgentOrchestration.Tests.Execution;
using LoopbackModel;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Tasks.Deferring;

/// <summary>
/// Runs with a model that answers at once and a batch endpoint over HTTP, on a clock that the test moves. Processes come and go; the store and the endpoint stay.
/// </summary>
internal sealed class DeferredWorld : IAsyncDisposable
{
    private const int QuietPings = 8;

    private static readonly Lazy<Task> WarmUp = new(WarmUpAsync);

    private readonly LoopbackModelServer _server;
    private readonly CountingHandler _counting = new() { InnerHandler = new HttpClientHandler() };
    private readonly HttpClient _http;
    private readonly HttpClient _pings = new();

    private DeferredWorld(LoopbackModelServer server, EchoModel batched, FakeTimeProvider clock)
    {
        _server = server;
        Clock = clock;
        Batched = batched;
        _http = new HttpClient(_counting) { BaseAddress = new Uri(server.Endpoint.AbsoluteUri + "/"), Timeout = Timeout.InfiniteTimeSpan };
        Endpoint = new OpenAIBatchEndpoint(_http, "m");
        Store = new MemoryRunStore(clock);
    }

    public FakeTimeProvider Clock { get; }

    public FakeLogCollector Log { get; } = new();

    /// <summary>The model behind the batches.</summary>
    public EchoModel Batched { get; }

    /// <summary>The model behind the endpoint, which answers at once.</summary>
    public EchoModel Live { get; } = new();

    public LoopbackBatches Batches => _server.Batches;

    public OpenAIBatchEndpoint Endpoint { get; }

    /// <summary>What is used instead of <see cref="Endpoint"/>.</summary>
    public IBatchEndpoint? Other { get; set; }

    /// <summary>What is around the gate.</summary>
    public Func<ChatClientBuilder, ChatClientBuilder> Around { get; set; } = static builder => builder;

    public MemoryRunStore Store { get; }

    /// <summary>The prompts of the attempts, in the order in which their code began.</summary>
    public ConcurrentQueue<string> Begun { get; } = new();

    /// <summary>What a subtask does. Default: it asks its prompt, and returns the answer.</summary>
    public Func<string, TaskContext, CancellationToken, ValueTask<string>> Work { get; set; } =
        static async (prompt, context, stop) => (await context.Chat.GetResponseAsync(prompt, cancellationToken: stop)).Text;

    public Action<TaskTypeOptions> TaskType { get; set; } = static _ => { };

    /// <summary>What the model's endpoint accepts. Default: everything.</summary>
    public Action<ModelEndpointOptions> Limits { get; set; } = static _ => { };

    public Action<BatchEndpointOptions> BatchOptions { get; set; } = static options => options.CollectFor = TimeSpan.FromMinutes(10);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public static async Task<DeferredWorld> CreateAsync()
    {
        await WarmUp.Value.InTimeAsync();
        return await NewAsync();
    }

    /// <summary>What runs for the first time takes long, and the clock of the tests goes fast.</summary>
    private static async Task WarmUpAsync()
    {
        await using DeferredWorld world = await NewAsync();
        world.Batches.Time = _ => TimeSpan.FromHours(8);
        await world.RunAsync(Plan(4), Within(6), isDurable: true);
    }

    private static async Task<DeferredWorld> NewAsync()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var batched = new EchoModel();
        return new DeferredWorld(await LoopbackModelServer.StartAsync(batched, new LoopbackModelOptions { TimeProvider = clock }), batched, clock);
    }

    public static TaskPlan Plan(int count) => TaskPlan.Create(plan =>
    {
        for (int index = 0; index < count; index++)
        {
            plan.Add($"s{index}", "ask", $"s{index}");
        }
    });

    public static RunOptions Within(double hours) => new() { DeferCallsWithin = TimeSpan.FromHours(hours) };

    /// <summary>A process, durable or not.</summary>
    public ServiceProvider NewProcess(IRunStore? store = null, bool isDurable = true)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(Clock);
        services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(Log)));
        Around(services.AddChatClient(Live)).UseModelEndpoint("gpt");
        IAgentOrchestrationBuilder builder = services.AddAgentOrchestration(options => options.LeaseDuration = TimeSpan.FromDays(1))
            .UsePrices(PriceTable.Of(new Dictionary<string, ModelPrice> { ["m"] = new(1, 2) { Batched = new ModelPrice(0.5m, 1) } }))
            .AddModelEndpoint("gpt", Limits)
            .AddBatchEndpoint("gpt", _ => Other ?? Endpoint, BatchOptions)
            .AddTaskType(
                "ask",
                "Asks.",
                (string prompt, TaskContext context, CancellationToken stop) =>
                {
                    Begun.Enqueue(prompt);
                    return Work(prompt, context, stop);
                },
                options =>
                {
                    (options.Effect, options.Endpoint) = (TaskEffect.Read, "gpt");
                    TaskType(options);
                });
        if (isDurable)
        {
            builder.UseRunStore(store ?? Store);
        }

        return services.BuildServiceProvider();
    }

    public static ITaskOrchestrator OrchestratorOf(ServiceProvider process) => process.GetRequiredService<ITaskOrchestrator>();

    public async Task<RunResult> RunAsync(TaskPlan plan, RunOptions options, bool isDurable = false, bool isDeferred = true)
    {
        await using ServiceProvider process = NewProcess(isDurable: isDurable);
        await using OrchestrationRun run = await OrchestratorOf(process).StartAsync(plan, options, TestEnd);
        Task<RunResult> end = run.EndAsync();
        if (isDeferred)
        {
            await DeferAllAsync(run);
        }

        return await AdvanceUntilAsync(end);
    }

    /// <summary>Waits until all subtasks of a run wait for answers; the clock stands still.</summary>
    /// <param name="run">The run.</param>
    /// <param name="times">How many times each has waited then.</param>
    public static async Task DeferAllAsync(OrchestrationRun run, int times = 1)
    {
        int count = run.Plan.Subtasks.Count;
        await Task.Run(
            async () =>
            {
                Dictionary<string, int> waits = [];
                await foreach (RunEvent next in run.WatchAsync(TestEnd))
                {
                    if (next is AttemptDeferred { SubtaskId: var subtask })
                    {
                        waits[subtask] = waits.GetValueOrDefault(subtask) + 1;
                        if (waits.Values.Count(value => value >= times) == count)
                        {
                            return;
                        }
                    }
                }
            },
            TestEnd).InTimeAsync(run, "the wait of all subtasks");
    }

    /// <inheritdoc cref="AdvanceUntilAsync(Task, double)"/>
    public async Task<T> AdvanceUntilAsync<T>(Task<T> done, double seconds = 60)
    {
        await AdvanceUntilAsync((Task)done, seconds);
        return await done;
    }

    /// <summary>
    /// Moves the clock until something has happened. Not while a request is on its way; and before each step some requests of its own go to the server and back, so that what the
    /// step before has begun comes about as fast as the clock goes, however busy the machine is.
    /// </summary>
    public async Task AdvanceUntilAsync(Task done, double seconds = 60)
    {
        long begin = Stopwatch.GetTimestamp();
        while (!done.IsCompleted)
        {
            for (int quiet = 0; quiet < QuietPings && !done.IsCompleted; quiet = _counting.Count > 0 ? 0 : quiet + 1)
            {
                Watchdog.Check(begin, $"what is waited for, with the clock at {Clock.GetUtcNow():O} and {_counting.Count} requests on their way");
                using HttpResponseMessage pong = await _pings.GetAsync(new Uri(_server.Endpoint, "models"), TestEnd);
                await Task.Yield();
            }

            if (!done.IsCompleted)
            {
                Clock.Advance(TimeSpan.FromSeconds(seconds));
            }
        }

        await done;
    }

    /// <summary>Moves the clock by a time, in steps.</summary>
    public async Task AdvanceByAsync(TimeSpan time)
    {
        var reached = new TaskCompletionSource();
        await using ITimer timer = Clock.CreateTimer(_ => reached.TrySetResult(), null, time, Timeout.InfiniteTimeSpan);
        await AdvanceUntilAsync(reached.Task);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _counting.Dispose();
        _pings.Dispose();
        await _server.DisposeAsync();
        Live.Dispose();
        Batched.Dispose();
    }

    /// <summary>Knows whether anything is on its way, also the body of an answer.</summary>
    private sealed class CountingHandler : DelegatingHandler
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            try
            {
                HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
                await response.Content.LoadIntoBufferAsync(cancellationToken);
                return response;
            }
            finally
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }
}
