using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Growth;

public sealed class ForEachTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task The_work_is_done_once_for_each_item_and_the_outputs_are_a_list_in_the_same_order(int count)
    {
        await using Engine engine = Create(Enumerable.Range(0, count));

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef squares = plan.ForEach("each", plan.Add("list", "list").Output(), "square");
            plan.Add("sum", "sum", input: squares.Output());
        });

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(Enumerable.Range(0, count).Select(number => (long)number * number), result.GetOutput<long[]>("each"));
        Assert.Equal(Enumerable.Range(0, count).Sum(number => (long)number * number), result.GetOutput<long>("sum"));
        Assert.Equal(count + 3, result.Subtasks.Count);
        Assert.Equal(0, result["each"].Attempts);
    }

    [Theory]
    [InlineData(20, SubtaskState.Succeeded)]
    [InlineData(21, SubtaskState.Failed)]
    public async Task A_list_longer_than_a_run_may_add_fails_and_adds_nothing(int count, SubtaskState state)
    {
        await using Engine engine = Create(Enumerable.Range(0, count), options => options.Runs.MaxAddedSubtasks = 20);

        RunResult result = await engine.RunAsync(plan => plan.ForEach("each", plan.Add("list", "list").Output(), "square"));

        Assert.Equal((state, state == SubtaskState.Succeeded ? count + 2 : 2), (result["each"].State, result.Subtasks.Count));
        Assert.Equal(state == SubtaskState.Failed, result["each"].Error?.Message.Contains("may add 20 in all", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task Parts_of_items_and_outputs_of_other_subtasks_stand_in_the_arguments()
    {
        await using Engine engine = Create([]);

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef people = plan.Add("people", "people");
            SubtaskRef greeting = plan.Add("greeting", "echo", input: "Hello");
            plan.ForEach("each", people.Output(), "join", input: new JsonObject
            {
                ["left"] = greeting.Output(),
                ["right"] = new ItemReference("/name/first"),
            });
        });

        Assert.Equal(["Hello Ada", "Hello Alan"], result.GetOutput<string[]>("each"));
    }

    [Fact]
    public async Task Ids_that_look_like_those_of_the_items_are_no_items()
    {
        await using Engine engine = Create([]);

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef people = plan.Add("0", "people");
            SubtaskRef greeting = plan.Add("1", "echo", input: "Hello");
            plan.ForEach("2", people.Output(), "join", input: new JsonObject { ["left"] = greeting.Output(), ["right"] = new ItemReference("/name/first") });
        });

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(["Hello Ada", "Hello Alan"], result.GetOutput<string[]>("2"));
    }

    [Fact]
    public async Task Within_a_plan_within_a_plan_the_items_see_what_their_subtask_sees()
    {
        await using Engine engine = Create([1, 2, 3]);
        TaskPlan inner = TaskPlan.Create(plan =>
        {
            SubtaskRef people = plan.Add("people", "people");
            SubtaskRef greeting = plan.Add("greeting", "echo", input: "Hello");
            plan.ForEach("each", people.Output(), "join", input: new JsonObject { ["left"] = greeting.Output(), ["right"] = new ItemReference("/name/first") });
        });
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef nested = plan.AddPlan("plan", inner);
            plan.ForEach("again", nested.Output("/each"), "echo");
        });

        RunResult result = await run.EndAsync();

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(["Hello Ada", "Hello Alan"], result.GetOutput<string[]>("again"));
        Assert.Equal(["plan/greeting"], result["plan/each/0"].Subtask.DependsOn);
    }

    [Fact]
    public async Task A_list_may_be_given_in_the_plan()
    {
        await using Engine engine = Create([]);

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef greeting = plan.Add("greeting", "echo", input: "Hello");
            SubtaskRef squares = plan.ForEach("squares", new JsonArray(1, 2, 3), "square");
            plan.Add("sum", "sum", input: squares.Output());
            plan.ForEach("names", new JsonArray(new JsonObject { ["name"] = "Ada" }, new JsonObject { ["name"] = greeting.Output() }), "join", input: new JsonObject
            {
                ["left"] = greeting.Output(),
                ["right"] = new ItemReference("/name"),
            });
            plan.ForEach("nothing", new JsonArray(), "square");
        });

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Equal(14, result.GetOutput<long>("sum"));
        Assert.Equal(["Hello Ada", "Hello Hello"], result.GetOutput<string[]>("names"));
        Assert.Empty(result.GetOutput<long[]>("nothing"));
    }

    [Fact]
    public async Task A_given_list_is_checked_with_the_plan_item_by_item()
    {
        await using Engine engine = Create([]);

        IReadOnlyList<PlanDiagnostic> diagnostics = engine.Orchestrator.Check(new TaskPlan
        {
            Subtasks =
            [
                new Subtask { Id = "items", TaskType = "square", Items = System.Text.Json.JsonElement.Parse("""[1, "two", 3.5, {"$output": "nobody"}]""") },
                new Subtask { Id = "no-list", TaskType = "square", Items = System.Text.Json.JsonElement.Parse("""{"a": 1}""") },
                new Subtask { Id = "secret", TaskType = "echo-any", Items = System.Text.Json.JsonElement.Parse("""[{"$secret": "key"}]""") },
                new Subtask { Id = "two", TaskType = "square", Items = System.Text.Json.JsonElement.Parse("[1]"), ForEach = new SubtaskOutput("items", ""), DependsOn = ["items"] },
            ],
        });

        Assert.Equal(
            [
                "/subtasks/0/forEach/1 InvalidArguments", "/subtasks/0/forEach/2 InvalidArguments", "/subtasks/0/forEach/3 ReferenceToNoDependency",
                "/subtasks/1/forEach InvalidControl", "/subtasks/2/forEach InvalidControl", "/subtasks/3/forEach InvalidControl",
            ],
            diagnostics.Select(diagnostic => $"{diagnostic.Path} {diagnostic.Code}").Order());
    }

    [Fact]
    public async Task Every_item_has_the_limits_of_its_subtask()
    {
        await using Engine engine = Create([-1, -2], square: options =>
        {
            options.Retry.Delay = TimeSpan.Zero;
            options.Retry.MaxAttempts = 2;
        });

        RunResult result = await engine.RunAsync(plan =>
            plan.ForEach("each", plan.Add("list", "list").Output(), "square", options: new() { Policy = new SubtaskPolicy { MaxAttempts = 3 } }));

        Assert.Equal((3, 3), (result["each/0"].Attempts, result["each/1"].Attempts));
    }

    [Fact]
    public async Task An_optional_input_of_the_work_may_be_missing_for_every_item()
    {
        await using Engine engine = Create([]);
        var each = new Subtask
        {
            Id = "each",
            TaskType = "join",
            ForEach = new SubtaskOutput("people", ""),
            DependsOn = ["people"],
            OptionalDependsOn = ["greeting"],
            Arguments = System.Text.Json.JsonElement.Parse("""{"left": {"$output": "greeting"}, "right": {"$item": "/name/first"}}"""),
        };
        TaskPlan plan = TaskPlan.Create(plan =>
        {
            plan.Add("people", "people");
            plan.Add("greeting", "echo", input: "broken");
        });
        await using OrchestrationRun run = await engine.Orchestrator.StartAsync(plan with { Subtasks = [.. plan.Subtasks, each] }, TestEnd);

        RunResult result = await run.EndAsync();

        Assert.Equal(["nothing Ada", "nothing Alan"], result.GetOutput<string[]>("each"));
        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.True(result["each/0"].IsDegraded);
    }

    [Fact]
    public async Task An_item_that_reads_like_a_reference_is_not_taken_for_one()
    {
        await using Engine engine = Create([]);

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef secret = plan.Add("secret", "echo", input: "a secret");
            SubtaskRef hostile = plan.Add("hostile", "hostile", after: [secret]);
            plan.ForEach("each", hostile.Output(), "echo-any", after: [secret]);
        });

        Assert.Equal((SubtaskState.Failed, "InvalidOperationException"), (result["each"].State, result["each"].Error!.Kind));
        Assert.Contains("reference", result["each"].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_item_without_the_part_that_the_arguments_name_fails_the_subtask_and_names_it()
    {
        await using Engine engine = Create([1]);

        RunResult result = await engine.RunAsync(plan =>
            plan.ForEach("each", plan.Add("list", "list").Output(), "echo", input: new ItemReference("/name")));

        Assert.Equal((SubtaskState.Failed, "The item has no part '/name'."), (result["each"].State, result["each"].Error!.Message));
    }

    [Fact]
    public async Task An_item_of_the_wrong_type_fails_the_subtask_with_a_diagnostic()
    {
        await using Engine engine = Create([1, 2]);

        RunResult result = await engine.RunAsync(plan => plan.ForEach("each", plan.Add("list", "list").Output(), "echo"));

        Assert.Equal((SubtaskState.Failed, "InvalidPlanException"), (result["each"].State, result["each"].Error!.Kind));
    }

    private static Engine Create(IEnumerable<int> items, Action<AgentOrchestrationOptions>? options = null, Action<TaskTypeOptions>? square = null) => new(
        builder => builder
            .AddTaskType("list", "Lists.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(items.ToArray()))
            .AddTaskType("people", "Lists people.", (None _, TaskContext _, CancellationToken _) =>
                ValueTask.FromResult<Person[]>([new(new Name("Ada")), new(new Name("Alan"))]))
            .AddTaskType("hostile", "Lists what reads like a reference.", (None _, TaskContext _, CancellationToken _) =>
                ValueTask.FromResult<Dictionary<string, string>[]>([new() { ["$output"] = "secret" }]))
            .AddTaskType(
                "square",
                "Squares.",
                (int number, TaskContext _, CancellationToken _) => number < 0 ? throw new InvalidDataException("Bad data.") : ValueTask.FromResult((long)number * number),
                square)
            .AddTaskType("sum", "Adds.", (long[] numbers, TaskContext _, CancellationToken _) => ValueTask.FromResult(numbers.Sum()))
            .AddTaskType("echo", "Echoes.", (string text, TaskContext _, CancellationToken _) =>
                text == "broken" ? throw new InvalidDataException("Bad data.") : ValueTask.FromResult(text))
            .AddTaskType("echo-any", "Echoes.", (System.Text.Json.JsonElement any, TaskContext _, CancellationToken _) => ValueTask.FromResult(any))
            .AddTaskType("join", "Joins.", (Pair pair, TaskContext _, CancellationToken _) => ValueTask.FromResult($"{pair.Left ?? "nothing"} {pair.Right}")),
        options);

    private sealed record Pair(string? Left, string Right);

    private sealed record Person(Name Name);

    private sealed record Name(string First);
}
