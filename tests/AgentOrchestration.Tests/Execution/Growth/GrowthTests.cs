using AgentOrchestration.Plans;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Growth;

/// <summary>Handlers that add subtasks to their own run.</summary>
public sealed class GrowthTests
{
    [Fact]
    public async Task Added_subtasks_run_after_the_one_that_added_them_under_its_id()
    {
        await using Engine engine = Growing(plan =>
        {
            SubtaskRef one = plan.Add("one", "echo", input: "one");
            plan.Add("two", "echo", input: one.Output());
        });
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("grow", "grow"));

        RunResult result = await run.EndAsync();

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(["grow", "grow/one", "grow/two"], result.Subtasks.Select(subtask => subtask.Subtask.Id));
        Assert.Equal("one", result.GetOutput<string>("grow/two"));
        IReadOnlyList<RunEvent> events = await Engine.EventsAsync(run);
        SubtasksAdded added = Assert.Single(events.OfType<SubtasksAdded>());
        Assert.Equal(("grow", false, 2), (added.SubtaskId, added.IsJoined, added.Subtasks.Count));
        Assert.Equal(["grow/one"], added.Subtasks[1].DependsOn);
        Assert.True(events.OfType<SubtaskSucceeded>().First(next => next.SubtaskId == "grow").Sequence < added.Sequence);
    }

    [Fact]
    public async Task They_may_depend_on_any_subtask_of_the_run_also_on_one_that_has_failed()
    {
        var slow = new Checkpoint();
        await using Engine engine = new(builder => builder
            .AddTaskType("echo", "Echoes.", async (string text, TaskContext context, CancellationToken stop) =>
            {
                if (context.Subtask.Id == "slow")
                {
                    await slow.PassAsync(stop);
                }

                return text == "broken" ? throw new InvalidDataException("Bad data.") : text;
            })
            .AddTaskType("grow", "Adds.", (None _, TaskContext context, CancellationToken _) =>
            {
                context.AddSubtasks(plan =>
                {
                    plan.Add("uses-done", "echo", input: new SubtaskRef("done").Output());
                    plan.Add("uses-slow", "echo", input: new SubtaskRef("slow").Output());
                    plan.Add("needs-failed", "echo", input: "text", after: [new SubtaskRef("failed")]);
                    plan.Add("takes-failed", "echo", input: "text", options: new() { Optional = [new SubtaskRef("failed")] });
                });
                slow.Open();
                return ValueTask.FromResult("grown");
            }));

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef done = plan.Add("done", "echo", input: "done");
            SubtaskRef failed = plan.Add("failed", "echo", input: "broken");
            plan.Add("slow", "echo", input: "slow");
            plan.Add("grow", "grow", after: [done], options: new() { Optional = [failed] });
        });

        Assert.Equal(("done", "slow"), (result.GetOutput<string>("grow/uses-done"), result.GetOutput<string>("grow/uses-slow")));
        Assert.Equal((SubtaskState.Skipped, "failed"), (result["grow/needs-failed"].State, result["grow/needs-failed"].SkippedBecauseOf));
        Assert.Equal((SubtaskState.Succeeded, true), (result["grow/takes-failed"].State, result["grow/takes-failed"].IsDegraded));
    }

    [Fact]
    public async Task Nothing_is_added_by_an_attempt_that_fails_and_each_attempt_adds_its_own()
    {
        await using Engine engine = Growing(
            plan => plan.Add("one", "echo", input: "one"),
            context => context.Attempt == 1 ? throw new InvalidDataException("Bad data.") : "grown",
            options =>
            {
                options.Retry.MaxAttempts = 2;
                options.Retry.Delay = TimeSpan.Zero;
            });

        RunResult result = await engine.RunAsync(plan => plan.Add("grow", "grow"));

        Assert.Equal(["grow", "grow/one"], result.Subtasks.Select(subtask => subtask.Subtask.Id));
    }

    [Fact]
    public async Task An_attempt_may_add_more_than_once_and_what_it_added_may_add_too()
    {
        await using Engine engine = new(builder => builder.AddTaskType("grow", "Adds.", (int depth, TaskContext context, CancellationToken _) =>
        {
            if (depth > 0)
            {
                context.AddSubtasks(plan => plan.Add("a", "grow", input: depth - 1));
                context.AddSubtasks(plan => plan.Add("b", "grow", input: 0, after: [new SubtaskRef("a")]));
            }

            return ValueTask.FromResult(depth);
        }));

        RunResult result = await engine.RunAsync(plan => plan.Add("grow", "grow", input: 3));

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(
            ["grow", "grow/a", "grow/b", "grow/a/a", "grow/a/b", "grow/a/a/a", "grow/a/a/b"], result.Subtasks.Select(subtask => subtask.Subtask.Id));
    }

    [Fact]
    public async Task Invalid_additions_are_refused_in_the_handler_with_all_diagnostics()
    {
        InvalidPlanException? refusal = null;
        await using Engine engine = new(builder => builder
            .AddTaskType("echo", "Echoes.", (string text, TaskContext _, CancellationToken _) => ValueTask.FromResult(text))
            .AddTaskType("grow", "Adds.", (None _, TaskContext context, CancellationToken _) =>
            {
                context.AddSubtasks(plan => plan.Add("good", "echo", input: "good"));
                refusal = Assert.Throws<InvalidPlanException>(() => context.AddSubtasks(plan =>
                {
                    plan.Add("a", "echo", input: "a", after: [new SubtaskRef("b")]);
                    plan.Add("b", "echo", input: "b", after: [new SubtaskRef("a")]);
                    plan.Add("c", "unknown");
                    plan.Add("d", "echo", input: 1);
                    plan.Add("e", "echo", input: "e", after: [new SubtaskRef("nobody")]);
                    plan.Add("good", "echo", input: "again");
                    plan.Add("a/b", "echo", input: "slash");
                }));
                Assert.Throws<InvalidPlanException>(() => context.AddSubtasks(_ => throw new InvalidPlanException(refusal.Refusal)));
                return ValueTask.FromResult("grown");
            }));

        RunResult result = await engine.RunAsync(plan => plan.Add("grow", "grow"));

        Assert.Equal(["grow", "grow/good"], result.Subtasks.Select(subtask => subtask.Subtask.Id));
        Assert.Superset(
            new HashSet<PlanDiagnosticCode>
            {
                PlanDiagnosticCode.Cycle,
                PlanDiagnosticCode.UnknownTaskType,
                PlanDiagnosticCode.InvalidArguments,
                PlanDiagnosticCode.UnknownDependency,
                PlanDiagnosticCode.DuplicateId,
                PlanDiagnosticCode.InvalidId,
            },
            refusal!.Diagnostics.Select(diagnostic => diagnostic.Code).ToHashSet());
    }

    [Fact]
    public async Task A_cycle_that_the_handler_does_not_catch_fails_its_subtask_and_nothing_else()
    {
        await using Engine engine = Growing(plan =>
        {
            plan.Add("a", "echo", input: "a", after: [new SubtaskRef("b")]);
            plan.Add("b", "echo", input: "b", after: [new SubtaskRef("a")]);
        });

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("grow", "grow");
            plan.Add("apart", "echo", input: "apart");
        });

        Assert.Equal((SubtaskState.Failed, "InvalidPlanException"), (result["grow"].State, result["grow"].Error!.Kind));
        Assert.Equal(SubtaskState.Succeeded, result["apart"].State);
    }

    [Fact]
    public async Task A_rule_of_the_application_that_throws_when_additions_are_checked_fails_the_subtask_and_nothing_else()
    {
        int checks = 0;
        await using Engine engine = Growing(
            plan => plan.Add("one", "echo", input: "one"),
            options: options => options.RequiresApproval = (subtask, _) =>
                subtask.Id == "one" && Interlocked.Increment(ref checks) == 2 ? throw new InvalidOperationException("The rule broke.") : false);

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("grow", "grow");
            plan.Add("apart", "echo", input: "apart");
        });

        Assert.Equal(SubtaskState.Failed, result["grow"].State);
        Assert.Contains("The rule broke.", result["grow"].Error!.Message, StringComparison.Ordinal);
        Assert.Equal(SubtaskState.Succeeded, result["apart"].State);
    }

    [Fact]
    public async Task What_was_added_waits_for_resources_that_another_run_holds()
    {
        var holding = new Checkpoint();
        await using Engine engine = new(builder => builder
            .AddResource("licence", 1)
            .AddTaskType(
                "licensed",
                "Works.",
                async (string text, TaskContext _, CancellationToken stop) =>
                {
                    if (text == "hold")
                    {
                        await holding.PassAsync(stop);
                    }

                    return text;
                },
                options => options.Resources = ResourceRequirements.Of("licence", 1))
            .AddTaskType("grow", "Adds.", (None _, TaskContext context, CancellationToken _) =>
            {
                context.AddSubtasks(plan => plan.Add("one", "licensed", input: "one"));
                return ValueTask.FromResult("grown");
            }));
        await using OrchestrationRun holder = await engine.StartAsync(plan => plan.Add("hold", "licensed", input: "hold"));
        await holding.Reached;
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("grow", "grow"));
        await Engine.SeeAsync<SubtasksAdded>(run);
        await using OrchestrationRun nested = await engine.StartAsync(plan =>
            plan.AddPlan("plan", TaskPlan.Create(inner => inner.Add("two", "licensed", input: "two"))));
        await Engine.SeeAsync<SubtasksAdded>(nested);

        holding.Open();

        Assert.Equal("one", (await run.EndAsync()).GetOutput<string>("grow/one"));
        Assert.Equal("two", (await nested.EndAsync()).GetOutput<string>("plan/two"));
    }

    [Fact]
    public async Task Many_handlers_that_add_at_the_same_time_lose_nothing()
    {
        await using Engine engine = new(
            builder => builder
                .AddTaskType("leaf", "Does nothing.", async (int number, TaskContext _, CancellationToken _) =>
                {
                    await Task.Yield();
                    return number;
                })
                .AddTaskType("grow", "Adds.", async (int number, TaskContext context, CancellationToken _) =>
                {
                    await Task.Yield();
                    context.AddSubtasks(plan =>
                    {
                        for (int i = 0; i < 10; i++)
                        {
                            plan.Add($"leaf-{i}", "leaf", input: i);
                        }
                    });
                    return number;
                }),
            options => options.Runs.MaxParallelism = 16);

        RunResult result = await engine.RunAsync(plan =>
        {
            for (int i = 0; i < 100; i++)
            {
                plan.Add($"grow-{i}", "grow", input: i);
            }
        });

        Assert.Equal((1100, 1100), (result.Subtasks.Count, result.Succeeded.Count()));
        Assert.All(Enumerable.Range(0, 100), i => Assert.Equal(7, result.GetOutput<int>($"grow-{i}/leaf-7")));
    }

    [Fact]
    public async Task An_added_subtask_that_fails_undoes_nothing_of_its_parent_but_fails_the_run()
    {
        await using Engine engine = Growing(plan => plan.Add("one", "echo", input: "broken"));

        RunResult result = await engine.RunAsync(plan => plan.Add("after", "echo", input: "after", after: [plan.Add("grow", "grow")], options: new() { WaitsForAdded = false }));

        Assert.Equal(RunOutcome.Failed, result.Outcome);
        Assert.Equal(
            [("after", SubtaskState.Succeeded), ("grow", SubtaskState.Succeeded), ("grow/one", SubtaskState.Failed)],
            result.Subtasks.Select(subtask => (subtask.Subtask.Id, subtask.State)).Order());
    }

    [Fact]
    public async Task Subtasks_that_were_added_are_referred_to_by_their_ids_with_slashes()
    {
        await using Engine engine = new(builder => builder
            .AddTaskType("echo", "Echoes.", (string text, TaskContext _, CancellationToken _) => ValueTask.FromResult(text))
            .AddTaskType("words", "Gives words.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<Dictionary<string, string[]>>(new() { ["words"] = ["one", "two"] }))
            .AddTaskType("first", "Adds.", (None _, TaskContext context, CancellationToken _) =>
            {
                context.AddSubtasks(plan => plan.Add("words", "words"));
                return ValueTask.FromResult("first");
            })
            .AddTaskType("second", "Adds.", (None _, TaskContext context, CancellationToken _) =>
            {
                var words = new SubtaskRef("first/words");
                context.AddSubtasks(plan =>
                {
                    plan.Add("last", "echo", input: words.Output("/words/1"));
                    plan.Add("by-json", "echo", input: System.Text.Json.Nodes.JsonNode.Parse("""{"$output": "first~1words/words/0"}"""));
                    plan.ForEach("each", words.Output("/words"), "echo");
                    plan.Add("when", "echo", input: "text", options: new() { When = new SubtaskCondition(words.Output("/words/0"), ConditionOperator.Exists) });
                    plan.Add("after", "echo", input: "text", after: [words], options: new() { Optional = [new SubtaskRef("first")] });
                });
                return ValueTask.FromResult("second");
            }));

        RunResult result = await engine.RunAsync(plan => plan.Add("second", "second", after: [plan.Add("first", "first")]));

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(("two", "one"), (result.GetOutput<string>("second/last"), result.GetOutput<string>("second/by-json")));
        Assert.Equal(["one", "two"], result.GetOutput<string[]>("second/each"));
        Assert.Equal(SubtaskState.Succeeded, result["second/when"].State);
        Assert.Equal(["first/words"], result["second/after"].Subtask.DependsOn);
    }

    [Fact]
    public async Task A_reference_with_a_slash_that_is_not_escaped_is_refused_with_the_way_to_write_it()
    {
        InvalidPlanException? refusal = null;
        await using Engine engine = new(builder => builder
            .AddTaskType("echo", "Echoes.", (string text, TaskContext _, CancellationToken _) => ValueTask.FromResult(text))
            .AddTaskType("first", "Adds.", (None _, TaskContext context, CancellationToken _) =>
            {
                context.AddSubtasks(plan => plan.Add("word", "echo", input: "word"));
                return ValueTask.FromResult("first");
            })
            .AddTaskType("second", "Adds.", (None _, TaskContext context, CancellationToken _) =>
            {
                refusal = Assert.Throws<InvalidPlanException>(() => context.AddSubtasks(plan =>
                    plan.Add("last", "echo", input: System.Text.Json.Nodes.JsonNode.Parse("""{"$output": "first/word"}"""))));
                return ValueTask.FromResult("second");
            }));

        await engine.RunAsync(plan => plan.Add("second", "second", after: [plan.Add("first", "first")]));

        Assert.Contains("\"first~1word\"", Assert.Single(refusal!.Diagnostics).Remedy, StringComparison.Ordinal);
    }

    private static Engine Growing(
        Action<TaskPlanBuilder> add, Func<TaskContext, string>? then = null, Action<TaskTypeOptions>? taskType = null, Action<AgentOrchestrationOptions>? options = null) => new(
        builder => builder
            .AddTaskType("echo", "Echoes.", (string text, TaskContext _, CancellationToken _) =>
                text == "broken" ? throw new InvalidDataException("Bad data.") : ValueTask.FromResult(text))
            .AddTaskType(
                "grow",
                "Adds.",
                (None _, TaskContext context, CancellationToken _) =>
                {
                    context.AddSubtasks(add);
                    return ValueTask.FromResult(then?.Invoke(context) ?? "grown");
                },
                taskType),
        options);
}
