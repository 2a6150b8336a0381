using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs;
using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Scheduling;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Durability;

/// <summary>
/// A process dies at every operation of its store, before or after it has happened; another goes on. The end is that of a run that nobody
/// disturbed, and nothing that was committed is done again.
/// </summary>
public sealed class DurableCrashProperties
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_that_was_killed_at_any_operation_ends_as_if_it_had_not_been()
    {
        long crashes = 0;
        for (int seed = 0; seed < Simulations.Of(60); seed++)
        {
            crashes += await CrashEverywhereAsync(seed, FailurePolicy.Continue);
        }

        Assert.True(crashes > 250, $"Only {crashes} crashes were tried.");
    }

    [Fact]
    public async Task What_is_half_undone_at_a_crash_is_undone_to_its_end_and_nothing_twice()
    {
        long crashes = 0;
        for (int seed = 1000; seed < 1000 + Simulations.Of(30); seed++)
        {
            crashes += await CrashEverywhereAsync(seed, FailurePolicy.Compensate);
        }

        Assert.True(crashes > 100, $"Only {crashes} crashes were tried.");
    }

    private static async Task<long> CrashEverywhereAsync(int seed, FailurePolicy policy)
    {
        TaskPlan plan = CrashPlans.Create(seed, policy);
        var undisturbed = new CrashWorld(policy);
        Dictionary<string, string> expected = Describe(await undisturbed.RunAsync(plan));
        long crashes = 0;
        foreach (bool hasHappened in (bool[])[false, true])
        {
            bool isCrashed = true;
            for (long operation = 2; isCrashed; operation++)
            {
                var world = new CrashWorld(policy);
                isCrashed = await world.CrashAsync(plan, operation, hasHappened);
                if (!isCrashed)
                {
                    break;
                }

                crashes++;
                string place = $"seed {seed}, operation {operation}, {(hasHappened ? "after" : "before")}";
                Committed committed = await world.CommittedAsync();
                world.Forget();
                RunResult result = await world.ResumeAsync();

                if (policy == FailurePolicy.Continue)
                {
                    Assert.Equal(expected, Describe(result));
                }
                else
                {
                    Assert.True(result.Outcome == RunOutcome.Failed, place);
                    Assert.All(result.Subtasks, subtask => Assert.True(
                        subtask.State != SubtaskState.Succeeded || subtask.Subtask.TaskType != "work" || subtask.Compensation == CompensationState.Succeeded, $"{place}: {subtask.Subtask.Id} was not undone"));
                }

                Assert.True(!world.Executed.Any(executed => committed.Succeeded.Contains(executed.Id)), $"{place}: committed work was done again");
                Assert.True(!world.Undone.Any(committed.Undone.Contains), $"{place}: what was undone was undone again");
                Assert.True(world.Undone.Distinct().Count() == world.Undone.Count, $"{place}: something was undone twice");
                Assert.All(world.Executed, executed => Assert.Equal($"{world.RunId}/{executed.Id}", executed.Key));
            }
        }

        return crashes;
    }

    /// <summary>Everything but what is up to chance: of two dependencies that fail, which one came first.</summary>
    private static Dictionary<string, string> Describe(RunResult result)
    {
        var described = result.Subtasks.ToDictionary(
            subtask => subtask.Subtask.Id, subtask => $"{subtask.State} {subtask.Error?.Message} {Text(subtask.Output)}", StringComparer.Ordinal);
        described["outcome"] = result.Outcome.ToString();
        return described;

        static string Text(object? output) => output is string[] list ? string.Join(',', list) : output?.ToString() ?? "";
    }

    private sealed record Committed(HashSet<string> Succeeded, HashSet<string> Undone);

    /// <summary>A store, and what was done in the world outside.</summary>
    private sealed class CrashWorld
    {
        private readonly DurableHost _host;

        public CrashWorld(FailurePolicy policy)
        {
            _host = new DurableHost(
                builder =>
                {
                    CrashPlans.AddTaskTypes(builder);
                    builder.Services.AddSingleton(this);
                },
                options => (options.Runs.FailurePolicy, options.Runs.MaxParallelism) = (policy, 3));
        }

        public ConcurrentQueue<(string Id, string Key)> Executed { get; } = [];

        public ConcurrentQueue<string> Undone { get; } = [];

        public string RunId { get; private set; } = "";

        public void Forget()
        {
            Executed.Clear();
            Undone.Clear();
        }

        public async Task<RunResult> RunAsync(TaskPlan plan)
        {
            await using ServiceProvider process = _host.NewProcess();
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(plan, TestEnd);
            return await run.EndAsync();
        }

        /// <returns>Whether the run was killed.</returns>
        public async Task<bool> CrashAsync(TaskPlan plan, long operation, bool hasHappened)
        {
            await using ServiceProvider process = _host.NewProcess(FaultyRunStore.CrashingAt(_host.Store, operation, hasHappened));
            try
            {
                await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(plan, TestEnd);
                await run.EndAsync();
                return false;
            }
            catch (RunDetachedException exception)
            {
                RunId = exception.RunId;
                return true;
            }
        }

        public async Task<Committed> CommittedAsync()
        {
            // By a reader that is not the engine: the lines of the journal.
            HashSet<string> succeeded = new(StringComparer.Ordinal);
            HashSet<string> undone = new(StringComparer.Ordinal);
            List<string> ids = [];
            JsonNode header = JsonNode.Parse((await _host.Store.ReadHeaderAsync(RunId, TestEnd))!.Value.Span)!;
            ids.AddRange(header["plan"]!["subtasks"]!.AsArray().Select(subtask => subtask!["id"]!.GetValue<string>()));
            foreach (string line in await _host.JournalAsync(RunId))
            {
                JsonNode next = JsonNode.Parse(line)!;
                switch (next["kind"]!.GetValue<string>())
                {
                    case "subtasks-added":
                        string parent = ids[next["subtask"]!.GetValue<int>()];
                        ids.AddRange(next["plan"]!["subtasks"]!.AsArray().Select(subtask => $"{parent}/{subtask!["id"]!.GetValue<string>()}"));
                        break;
                    case "subtask-succeeded":
                        succeeded.Add(ids[next["subtask"]!.GetValue<int>()]);
                        break;
                    case "subtask-compensated":
                        undone.Add(ids[next["subtask"]!.GetValue<int>()]);
                        break;
                }
            }

            return new Committed(succeeded, undone);
        }

        public async Task<RunResult> ResumeAsync()
        {
            _host.ProcessDies();
            return await _host.ResumeToEndAsync(RunId);
        }
    }

    /// <summary>Plans with everything that a run can do, and whose end does not depend on what comes first.</summary>
    private static class CrashPlans
    {
        public static void AddTaskTypes(IAgentOrchestrationBuilder builder) => builder
            .AddTaskType<Work>()
            .AddTaskType("flaky", "Fails at first.", async (string[] inputs, TaskContext context, CancellationToken _) =>
            {
                await Work.DoAsync(context);
                return context.Attempt == 1 ? throw new InvalidDataException("At first.") : Work.Output(context, inputs);
            }, type => (type.Retry.MaxAttempts, type.Retry.Delay) = (5, TimeSpan.FromMilliseconds(1)))
            .AddTaskType("broken", "Fails.", async (string[] _, TaskContext context, CancellationToken _) =>
            {
                await Work.DoAsync(context);
                return context.Attempt > 0 ? throw new InvalidDataException($"{context.Subtask.Id} is broken.") : "";
            })
            .AddTaskType("grows", "Adds subtasks.", async (string[] inputs, TaskContext context, CancellationToken _) =>
            {
                await Work.DoAsync(context);
                context.AddSubtasks(plan => plan.Add("b", "work", input: new JsonArray(plan.Add("a", "work", input: new JsonArray()).Output().ToJsonNode())));
                return Work.Output(context, inputs);
            })
            .AddTaskType("list", "Lists.", async (string[] inputs, TaskContext context, CancellationToken _) =>
            {
                await Work.DoAsync(context);
                return (string[])["x", "y", .. inputs];
            });

        public static TaskPlan Create(int seed, FailurePolicy policy)
        {
            var random = new Random(seed);
            return TaskPlan.Create(plan =>
            {
                List<SubtaskRef> made = [];
                int count = random.Next(2, 7);
                for (int i = 0; i < count; i++)
                {
                    SubtaskRef[] before = [.. made.Where(_ => random.Next(3) == 0)];
                    JsonArray input = [.. before.Select(other => other.Output().ToJsonNode())];
                    made.Add(random.Next(policy == FailurePolicy.Continue ? 9 : 5) switch
                    {
                        0 => plan.Add($"s{i}", "flaky", input),
                        5 => plan.Add($"s{i}", "grows", input),
                        6 => plan.Add($"s{i}", "broken", input),
                        7 => plan.Add($"s{i}", "work", new JsonArray(), options: new() { Optional = before }),
                        _ => plan.Add($"s{i}", "work", input),
                    });
                }

                if (policy == FailurePolicy.Compensate)
                {
                    plan.Add("broken", "broken", new JsonArray(), after: made);
                    return;
                }

                SubtaskRef list = plan.Add("list", "list", new JsonArray());
                plan.ForEach("each", list.Output(), "work", input: new JsonArray(new ItemReference("").ToJsonNode()));
                plan.AddPlan("nested", TaskPlan.Create(inner => inner.Add("two", "work", new JsonArray(inner.Add("one", "work", new JsonArray()).Output().ToJsonNode()))));
            });
        }

        [TaskType("work", Description = "Works.")]
        private sealed class Work(CrashWorld world) : ITaskHandler<string[], string>, ICompensable<string[], string>
        {
            public static async Task DoAsync(TaskContext context)
            {
                context.Services.GetRequiredService<CrashWorld>().Executed.Enqueue((context.Subtask.Id, context.IdempotencyKey));
                await Task.Yield();
            }

            public static string Output(TaskContext context, string[] inputs) => $"{context.Subtask.Id}({string.Join(',', inputs)})";

            public async ValueTask<string> ExecuteAsync(string[] input, TaskContext context, CancellationToken cancellationToken)
            {
                await DoAsync(context);
                return Output(context, input);
            }

            public ValueTask CompensateAsync(string[] input, string output, TaskContext context, CancellationToken cancellationToken)
            {
                Assert.Equal(Output(context, input), output);
                world.Undone.Enqueue(context.Subtask.Id);
                return ValueTask.CompletedTask;
            }
        }
    }
}
