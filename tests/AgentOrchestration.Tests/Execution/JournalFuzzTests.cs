using System.Text;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Scheduling;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

/// <summary>F13: a journal that somebody has changed is refused by name, or makes a run that ends; it loads no type and makes nothing up.</summary>
public sealed class JournalFuzzTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_changed_journal_is_refused_or_goes_on_to_an_end()
    {
        DurableHost host = new(
            builder => builder
                .AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult("done"))
                .AddTaskType("grows", "Adds a subtask.", (None _, TaskContext context, CancellationToken _) =>
                {
                    context.AddSubtasks(plan => plan.Add("a", "work"));
                    return ValueTask.FromResult("grown");
                })
                .AddTaskType<None, string>("broken", "Fails.", (_, context, _) => context.Attempt < 3 ? throw new InvalidDataException("Broken.") : ValueTask.FromResult("mended"), type =>
                    (type.Retry.MaxAttempts, type.Retry.Delay) = (2, TimeSpan.Zero))
                .AddTaskType("list", "Lists.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<string[]>(["a", "b"]))
                .AddTaskType("echo", "Repeats.", (string input, TaskContext _, CancellationToken _) => ValueTask.FromResult(input)),
            options => options.Budget = new RunBudget { MaxAttempts = 1000 });
        string runId;
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
                TaskPlan.Create(plan =>
                {
                    SubtaskRef grows = plan.Add("grows", "grows");
                    plan.Add("after", "work", after: [grows, plan.Add("broken", "broken")]);
                    plan.ForEach("each", plan.Add("list", "list").Output(), "echo");
                }),
                TestEnd);
            await run.WaitAsync(TestEnd);
            runId = run.RunId;
        }

        string[] journal = await host.JournalAsync(runId);
        ReadOnlyMemory<byte> header = (await host.Store.ReadHeaderAsync(runId, TestEnd))!.Value;
        HashSet<string?> assemblies = [.. AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.FullName)];
        int refused = 0;
        int ended = 0;
        for (int seed = 0; seed < Simulations.Of(600); seed++)
        {
            string[] changed = Change(journal, new Random(seed));
            var store = new MemoryRunStore(host.Clock);
            RunLease lease = (await store.CreateAsync(new NewRun(runId, host.Clock.GetUtcNow(), header), "dead", TimeSpan.FromSeconds(1), TestEnd))!;
            await store.AppendAsync(new JournalAppend { Lease = lease, Sequence = 0, Events = [.. changed.Select(line => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(line))] }, TestEnd);
            await store.ReleaseLeaseAsync(lease, TestEnd);
            await using ServiceProvider process = host.NewProcess(store);
            try
            {
                await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).ResumeAsync(runId, TestEnd);
                if (run.GetSnapshot().Subtasks.All(subtask => subtask.PendingApproval is null))
                {
                    await run.WaitAsync(TestEnd).WaitAsync(TimeSpan.FromSeconds(30), TestEnd);
                }

                ended++;
            }
            catch (RunStoreException refusal)
            {
                Assert.Contains($"of the run {runId}", refusal.Message, StringComparison.Ordinal);
                Assert.Null((await store.FindAsync(runId, TestEnd))!.Lease);
                refused++;
            }
            catch (Exception exception) when (exception is not RunStoreException)
            {
                Assert.Fail($"Seed {seed}: {exception}\n{string.Join('\n', changed)}");
            }
        }

        Assert.True(refused > 200 && ended > 20, $"{refused} refused, {ended} ended.");
        Assert.DoesNotContain(AppDomain.CurrentDomain.GetAssemblies(), assembly => !assembly.IsDynamic && assembly.FullName!.Contains("Evil", StringComparison.Ordinal));
        Assert.DoesNotContain(AppDomain.CurrentDomain.GetAssemblies(), assembly => !assemblies.Contains(assembly.FullName) && assembly.FullName!.StartsWith("System.Data", StringComparison.Ordinal));
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
                    lines[at] = lines[at].Replace("\"kind\":\"", "\"$type\":\"System.Data.DataSet, System.Data\",\"kind\":\"", StringComparison.Ordinal);
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

    /// <summary>Another value of the same or of another type, under the same name.</summary>
    private static string ChangeValue(string line, Random random)
    {
        JsonObject changed = JsonNode.Parse(line)!.AsObject();
        string name = changed.ElementAt(random.Next(changed.Count)).Key;
        changed[name] = random.Next(7) switch
        {
            0 => JsonValue.Create(random.Next(-2, 12)),
            1 => JsonValue.Create(long.MaxValue),
            2 => JsonValue.Create("text"),
            3 => JsonValue.Create(true),
            4 => null,
            5 => new JsonObject { ["a"] = 1 },
            _ => JsonValue.Create(random.Next(0, 3)),
        };
        return changed.ToJsonString();
    }
}
