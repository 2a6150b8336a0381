using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Execution.Durability;

/// <summary>F13: a journal that somebody has changed is refused by name, or makes a run that ends; it loads no type and makes nothing up.</summary>
public sealed class JournalFuzzTests
{
    private const string RunId = "fuzz";

    // Nothing else in the process asks for it, so that other tests do not matter.
    private const string EvilAssembly = "Evil.Of.A.Changed.Journal";
    private const string EvilType = $"Evil.Type, {EvilAssembly}";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_changed_journal_is_refused_or_continues_to_an_end()
    {
        (byte[] Header, string[] Lines)[] journals = [await RecordAsync(FailurePolicy.Continue), await RecordAsync(FailurePolicy.Compensate)];
        using var wanted = new WantedAssemblies();
        int refused = 0;
        int ended = 0;
        for (int seed = 0; seed < Simulations.Of(800); seed++)
        {
            (byte[] header, string[] lines) = journals[seed % 2];
            var random = new Random(seed);
            bool isHeader = random.Next(4) == 0;
            string changedHeader = isHeader ? ChangeValue(Encoding.UTF8.GetString(header), random) : Encoding.UTF8.GetString(header);
            string[] changed = isHeader ? lines[..random.Next(1, lines.Length)] : Change(lines, random);
            MemoryRunStore store = await StoreOfAsync(Encoding.UTF8.GetBytes(changedHeader), changed);
            await using ServiceProvider process = NewProcess(store, TimeProvider.System);
            try
            {
                await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).ResumeAsync(RunId, TestEnd);
                if (run.GetSnapshot().Subtasks.All(subtask => subtask.PendingApproval is null))
                {
                    await run.EndAsync();
                }

                _ = run.GetSnapshot();
                ended++;
            }
            catch (RunStoreException refusal)
            {
                Assert.Contains($"of the run {RunId}", refusal.Message, StringComparison.Ordinal);
                Assert.Null((await store.FindAsync(RunId, TestEnd))!.Lease);
                refused++;
            }
            catch (Exception exception) when (isHeader && (exception is InvalidPlanException || (exception is InvalidOperationException && exception.Message.Contains("task types have changed", StringComparison.Ordinal))))
            {
                // A plan that is well written but does not fit the registered task types is refused as any is.
                refused++;
            }
            catch (Exception exception) when (exception is not RunStoreException)
            {
                Assert.Fail($"Seed {seed}: {exception}\n{changedHeader}\n{string.Join('\n', changed)}");
            }
        }

        Assert.True(refused > 250 && ended > 25, $"{refused} refused, {ended} ended.");
        Assert.DoesNotContain(EvilAssembly, wanted.Names);
        Assert.Null(Type.GetType(EvilType));
        Assert.Contains(EvilAssembly, wanted.Names);
    }

    [Fact]
    public async Task A_changed_journal_or_header_is_read_or_refused_with_the_error_of_the_store()
    {
        (byte[] Header, string[] Lines)[] journals = [await RecordAsync(FailurePolicy.Continue), await RecordAsync(FailurePolicy.Compensate)];
        int refused = 0;
        int count = (int)Simulations.Of(4000);
        for (int seed = 0; seed < count; seed++)
        {
            var random = new Random(seed);
            (byte[] header, string[] lines) = journals[seed % 2];
            string[] changed = random.Next(3) == 0 ? lines : Change(lines, random);
            string changedHeader = Encoding.UTF8.GetString(header);
            changedHeader = ReferenceEquals(changed, lines) ? ChangeValue(changedHeader, random) : changedHeader;
            MemoryRunStore store = await StoreOfAsync(Encoding.UTF8.GetBytes(changedHeader), changed);
            try
            {
                RunSnapshot? snapshot = await store.ReadSnapshotAsync(RunId, TestEnd);
                Assert.NotNull(snapshot);
                _ = snapshot.Usage;
            }
            catch (RunStoreException refusal)
            {
                Assert.Contains($"of the run {RunId}", refusal.Message, StringComparison.Ordinal);
                refused++;
            }
            catch (Exception exception) when (exception is not RunStoreException)
            {
                Assert.Fail($"Seed {seed}: {exception}\n{changedHeader}\n{string.Join('\n', changed)}");
            }
        }

        Assert.InRange(refused, count / 4, count - 1);
    }

    [Theory]
    [InlineData(FailurePolicy.Continue)]
    [InlineData(FailurePolicy.Compensate)]
    public async Task The_journal_that_is_changed_is_the_same_each_time(FailurePolicy policy)
    {
        (byte[] header, string[] lines) = await RecordAsync(policy);
        (byte[] again, string[] linesAgain) = await RecordAsync(policy);

        Assert.Equal(header, again);
        Assert.Equal(lines, linesAgain);
        Assert.Contains(lines, line => line.Contains("usage-counted", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("attempt-failed", StringComparison.Ordinal));
        Assert.Equal(policy == FailurePolicy.Compensate, lines.Any(line => line.Contains("compensation-started", StringComparison.Ordinal)));
    }

    /// <summary>Records the journal of a run that does one thing at a time, on a clock of its own.</summary>
    private static async Task<(byte[] Header, string[] Lines)> RecordAsync(FailurePolicy policy)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var store = new MemoryRunStore(clock);
        await using ServiceProvider process = NewProcess(store, clock, policy);
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
            TaskPlan.Create(plan =>
            {
                // One after another, so that the order is the same each time.
                SubtaskRef list = plan.Add("list", "list", after: [plan.Add("seat", "book", input: "seat")]);
                SubtaskRef grows = plan.Add("grows", "grows", after: [plan.ForEach("each", list.Output(), "echo")]);
                plan.Add("after", "work", after: [plan.Add("broken", "broken", after: [grows])]);
            }),
            TestEnd);

        // The second attempt comes when all else has ended.
        await Engine.SeeAsync<SubtaskEvent>(run, _ => run.GetSnapshot().Subtasks.All(subtask => subtask.Subtask.Id switch
        {
            "broken" => subtask is { State: SubtaskState.Ready, Attempts: 1 },
            "after" => true,
            _ => subtask.EndedAt is not null,
        }));
        clock.Advance(Pause * 2);
        await run.EndAsync();
        List<string> lines = [];
        await foreach (ReadOnlyMemory<byte> content in store.ReadAsync(run.RunId, 0, TestEnd))
        {
            lines.Add(Encoding.UTF8.GetString(content.Span));
        }

        return ((await store.ReadHeaderAsync(run.RunId, TestEnd))!.Value.ToArray(), [.. lines]);
    }

    private static async Task<MemoryRunStore> StoreOfAsync(byte[] header, string[] lines)
    {
        var store = new MemoryRunStore(TimeProvider.System);
        RunLease lease = (await store.CreateAsync(new NewRun(RunId, TimeProvider.System.GetUtcNow(), header), "dead", TimeSpan.FromMinutes(1), TestEnd))!;
        await store.AppendAsync(new JournalAppend { Lease = lease, Sequence = 0, Events = [.. lines.Select(line => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(line))] }, TestEnd);
        await store.ReleaseLeaseAsync(lease, TestEnd);
        return store;
    }

    private static ServiceProvider NewProcess(MemoryRunStore store, TimeProvider clock, FailurePolicy policy = FailurePolicy.Continue)
    {
        var services = new ServiceCollection();
        services.AddSingleton(clock);
        services
            .AddAgentOrchestration(options =>
            {
                options.Runs.MaxParallelism = 1;
                options.Runs.FailurePolicy = policy;
                options.Runs.Budget = new RunBudget { MaxAttempts = 1000, MaxTokens = 1_000_000 };
            })
            .UseRunStore(store)
            .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("done"))
            .AddTaskType("grows", "Adds a subtask.", (None _, TaskContext context, CancellationToken _) =>
            {
                context.ReportUsage(new TaskUsage(3, 4, 0.5m));
                context.AddSubtasks(plan => plan.Add("a", "work"));
                return ValueTask.FromResult("grown");
            })
            .AddTaskType<None, string>("broken", "Fails.", (_, _, _) => throw new InvalidDataException("Broken."), type => (type.Retry.MaxAttempts, type.Retry.Delay, type.Retry.Jitter) = (2, clock is FakeTimeProvider ? Pause : TimeSpan.Zero, 0))
            .AddTaskType("list", "Lists.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<string[]>(["a", "b"]))
            .AddTaskType("echo", "Repeats.", (string input, TaskContext _, CancellationToken _) => ValueTask.FromResult(input))
            .AddTaskType<Booking>();
        return services.BuildServiceProvider();
    }

    private static string[] Change(string[] journal, Random random)
    {
        List<string> lines = [.. journal];
        for (int i = random.Next(1, 3); i > 0; i--)
        {
            int at = random.Next(lines.Count);
            switch (random.Next(6))
            {
                case 0:
                    lines.RemoveAt(at);
                    break;
                case 1:
                    lines.Insert(random.Next(lines.Count), lines[at]);
                    break;
                case 2:
                    int other = random.Next(lines.Count);
                    (lines[at], lines[other]) = (lines[other], lines[at]);
                    break;
                case 3:
                    lines[at] = ChangeValue(lines[at], random);
                    break;
                case 4:
                    lines[at] = lines[at].Replace("\"kind\":\"", $"\"$type\":\"{EvilType}\",\"kind\":\"", StringComparison.Ordinal);
                    break;
                default:
                    lines.RemoveRange(at, lines.Count - at);
                    break;
            }

            if (lines.Count == 0)
            {
                return [journal[0]];
            }
        }

        return [.. lines];
    }

    /// <summary>Another value of the same or of another type, under the same name, at any depth.</summary>
    private static string ChangeValue(string line, Random random)
    {
        JsonNode changed = JsonNode.Parse(line)!;
        JsonNode inner = changed;
        while (true)
        {
            JsonNode[] deeper = [.. ChildrenOf(inner).OfType<JsonNode>().Where(child => ChildrenOf(child).Any())];
            if (deeper.Length == 0 || random.Next(2) == 0)
            {
                break;
            }

            inner = deeper[random.Next(deeper.Length)];
        }

        if (inner is JsonArray array)
        {
            array[random.Next(array.Count)] = NewValue(random);
        }
        else
        {
            JsonObject properties = inner.AsObject();
            properties[properties.ElementAt(random.Next(properties.Count)).Key] = NewValue(random);
        }

        return changed.ToJsonString();
    }

    private static IEnumerable<JsonNode?> ChildrenOf(JsonNode node) => node switch
    {
        JsonObject properties => properties.Select(property => property.Value),
        JsonArray array => array,
        _ => [],
    };

    private static JsonNode? NewValue(Random random) => random.Next(9) switch
    {
        0 => JsonValue.Create(random.Next(-2, 12)),
        1 => JsonValue.Create(long.MaxValue),
        2 => JsonValue.Create("text"),
        3 => JsonValue.Create(true),
        4 => null,
        5 => new JsonObject { ["a"] = 1 },
        6 => new JsonArray { null },
        7 => JsonValue.Create(DateTimeOffset.MaxValue.Ticks + random.Next(-1, 2)),
        _ => JsonValue.Create(random.Next(0, 3)),
    };

    /// <summary>The assemblies that were requested and are not there.</summary>
    private sealed class WantedAssemblies : IDisposable
    {
        private readonly ConcurrentBag<string?> _names = [];

        public WantedAssemblies() => AppDomain.CurrentDomain.AssemblyResolve += OnResolve;

        public IEnumerable<string?> Names => _names;

        public void Dispose() => AppDomain.CurrentDomain.AssemblyResolve -= OnResolve;

        private Assembly? OnResolve(object? sender, ResolveEventArgs wanted)
        {
            _names.Add(new AssemblyName(wanted.Name).Name);
            return null;
        }
    }

    [TaskType("book")]
    internal sealed class Booking : ITaskHandler<string, string>, ICompensable<string, string>
    {
        public ValueTask<string> ExecuteAsync(string input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult($"receipt for {input}");

        public ValueTask CompensateAsync(string input, string output, TaskContext context, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
