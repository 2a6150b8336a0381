using System.Text.Json;
using AgentOrchestration.Execution;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Fallbacks;

/// <summary>Fallbacks as a plan holds them, and as they are checked before anything runs.</summary>
public sealed class FallbackPlanTests
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData("null")]
    [InlineData("1.50")]
    [InlineData("""{"rows":[{"a":null}],"text":"é"}""")]
    public void A_saved_plan_keeps_it_to_the_letter(string json)
    {
        var plan = TaskPlan.Create(plan => plan.Add("a", "t", options: new() { Fallback = FallbackValue.Of(JsonElement.Parse(json)) }));

        TaskPlan read = TaskPlan.FromJson(plan.ToJson());

        Assert.Equal(json, JsonSerializer.Serialize(read.Subtasks[0].Policy!.Fallback!.Value, Relaxed));
        Assert.Equal(plan.ToJson(), read.ToJson());
    }

    [Fact]
    public void A_plan_without_one_says_nothing_of_it()
    {
        var plan = TaskPlan.Create(plan => plan.Add("a", "t", options: new() { Policy = new SubtaskPolicy { MaxAttempts = 2 } }));

        Assert.DoesNotContain("fallback", plan.ToJson(), StringComparison.Ordinal);
        Assert.Null(TaskPlan.FromJson(plan.ToJson()).Subtasks[0].Policy!.Fallback);
    }

    [Fact]
    public void The_policy_keeps_what_it_says_beside_it()
    {
        var plan = TaskPlan.Create(plan => plan.Add("a", "t", options: new() { Policy = new SubtaskPolicy { MaxAttempts = 2 }, Fallback = FallbackValue.Of(7) }));

        Assert.Equal((2, "7"), (plan.Subtasks[0].Policy!.MaxAttempts, plan.Subtasks[0].Policy!.Fallback!.Value.GetRawText()));
    }

    [Fact]
    public void Half_a_character_in_it_is_refused_with_its_place()
    {
        InvalidPlanException refusal = Assert.Throws<InvalidPlanException>(
            () => TaskPlan.FromJson("""{"version":1,"subtasks":[{"id":"a","type":"t","policy":{"fallback":"\ud800"}}]}"""));

        Assert.Equal("/subtasks/0/policy/fallback", Assert.Single(refusal.Diagnostics).Path);
    }

    [Fact]
    public void Later_changes_of_the_object_change_nothing()
    {
        List<int> value = [1];
        var plan = TaskPlan.Create(plan => plan.Add("a", "t", options: new() { Fallback = FallbackValue.Of(value) }));

        value.Add(2);

        Assert.Equal("[1]", plan.Subtasks[0].Policy!.Fallback!.Value.GetRawText());
    }

    [Fact]
    public async Task What_does_not_fit_the_output_is_refused_with_its_place_and_a_remedy()
    {
        await using Engine engine = Create();
        var plan = TaskPlan.Create(plan =>
        {
            plan.Add("part", "rate", options: new() { Fallback = FallbackValue.Of(JsonElement.Parse("""{"name":"x","value":"much"}""")) });
            plan.Add("null", "rate", options: new() { Fallback = FallbackValue.Of<Rate?>(null) });
            plan.Add("other", "rate", options: new() { Fallback = FallbackValue.Of(3) });
            plan.Add("sound", "rate", options: new() { Fallback = FallbackValue.Of(new Rate("x", 1)) });
        });

        IReadOnlyList<PlanDiagnostic> diagnostics = engine.Orchestrator.Check(plan);

        Assert.All(diagnostics, diagnostic => Assert.Equal(PlanDiagnosticCode.InvalidPolicy, diagnostic.Code));
        Assert.Equal(
            ["/subtasks/0/policy/fallback/value", "/subtasks/1/policy/fallback", "/subtasks/2/policy/fallback"], diagnostics.Select(diagnostic => diagnostic.Path));
        Assert.All(diagnostics, diagnostic => Assert.Contains("output type", diagnostic.Remedy, StringComparison.Ordinal));
    }

    [Fact]
    public async Task That_of_a_list_is_checked_as_the_output_of_an_item()
    {
        await using Engine engine = Create();
        var plan = TaskPlan.Create(plan =>
        {
            plan.ForEach("sound", [1], "of", options: new() { Fallback = FallbackValue.Of(new Rate("x", 1)) });
            plan.ForEach("list", [1], "of", options: new() { Fallback = FallbackValue.Of<Rate[]>([]) });
        });

        Assert.Equal("/subtasks/1/policy/fallback", Assert.Single(engine.Orchestrator.Check(plan)).Path);
    }

    [Fact]
    public async Task That_of_a_task_type_is_checked_too()
    {
        await using var engine = new Engine(builder => builder.AddTaskType<None, Rate>(
            "rate", "Fails.", (_, _, _) => throw new InvalidDataException(), type => type.Fallback = FallbackValue.Of(new Rate(null!, 1))));

        PlanDiagnostic diagnostic = Assert.Single(engine.Orchestrator.Check(TaskPlan.Create(plan => plan.Add("a", "rate"))));

        Assert.Equal((PlanDiagnosticCode.InvalidPolicy, "/subtasks/0/type"), (diagnostic.Code, diagnostic.Path));
        Assert.Contains("'/name'", diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains("TaskTypeOptions.Fallback", diagnostic.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_that_cannot_be_undone_has_none()
    {
        await using Engine engine = Create();

        PlanDiagnostic diagnostic = Assert.Single(engine.Orchestrator.Check(TaskPlan.Create(plan => plan.Add("pay", "pay", options: new() { Fallback = FallbackValue.Of("paid") }))));
        ArgumentException registration = Assert.Throws<ArgumentException>(() => TaskDescriptor.For<None, string>(
            "pay", "Pays.", (_, _, _) => ValueTask.FromResult("paid"),
            type => (type.Effect, type.Fallback) = (TaskEffect.Irreversible, FallbackValue.Of("paid"))));

        Assert.Equal("/subtasks/0/policy/fallback", diagnostic.Path);
        Assert.Contains("Irreversible", diagnostic.Message, StringComparison.Ordinal);
        Assert.Contains("Irreversible", registration.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_task_type_is_not_registered_with_a_value_of_another_type(bool isNull)
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(() => TaskDescriptor.For<None, int>(
            "work", "Works.", (_, _, _) => ValueTask.FromResult(1), type => type.Fallback = isNull ? FallbackValue.Of<string?>(null) : FallbackValue.Of("one")));

        Assert.Contains("the output is a int", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_typed_plan_takes_no_value_of_another_type()
    {
        ArgumentException refusal = Assert.Throws<ArgumentException>(
            () => TaskPlan.Create(plan => plan.Add<ReadRate>("a", options: new() { Fallback = FallbackValue.Of("no rate") }).With("eur")));
        var sound = TaskPlan.Create(plan => plan.Add<ReadRate>("a", options: new() { Fallback = FallbackValue.Of(new Rate("x", 1)) }).With("eur"));

        Assert.Contains("The fallback of the subtask 'a' is a string", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("""{"name":"x","value":1}""", sound.Subtasks[0].Policy!.Fallback!.Value.GetRawText());
    }

    [Fact]
    public async Task A_nested_plan_has_none_of_its_own()
    {
        await using Engine engine = Create();
        var plan = TaskPlan.Create(plan => plan.AddPlan("nested", TaskPlan.Create(inner => inner.Add("a", "rate")), options: new() { Fallback = FallbackValue.Of(1) }));

        Assert.Equal("/subtasks/0/plan", Assert.Single(engine.Orchestrator.Check(plan)).Path);
    }

    [Fact]
    public void The_preview_shows_it()
    {
        var plan = TaskPlan.Create(plan => plan.Add("a", "t", options: new() { Fallback = FallbackValue.Of(7) }));

        Assert.Contains("has a fallback", plan.ToTree(), StringComparison.Ordinal);
        Assert.Contains("has a fallback", plan.ToMermaid(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_executor_that_knows_none_is_given_none(bool isOfType)
    {
        await using var engine = new Engine(builder => builder
            .AddTaskType<None, int>("work", "Works.", (_, _, _) => ValueTask.FromResult(1), type => type.Fallback = isOfType ? FallbackValue.Of(7) : null)
            .UseExecutor((_, inner) => new Plain(inner)));

        InvalidPlanException refusal = await Assert.ThrowsAsync<InvalidPlanException>(
            () => engine.StartAsync(plan => plan.Add("a", "work", options: new() { Fallback = isOfType ? null : FallbackValue.Of(7) })));

        Assert.Contains("ExecutorFeatures.Fallbacks", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_custom_executor_reads_it_from_the_graph()
    {
        AgentOrchestration.Graph.TaskGraph? graph = null;
        await using var engine = new Engine(builder => builder
            .AddTaskType<None, Rate>("rate", "Works.", (_, _, _) => ValueTask.FromResult(new Rate("x", 1)))
            .UseExecutor((_, inner) => new Seeing(inner, seen => graph = seen)));

        await engine.RunAsync(plan =>
        {
            plan.Add("a", "rate", options: new() { Fallback = FallbackValue.Of(new Rate("y", 2)) });
            plan.Add("b", "rate");
        });

        Assert.Equal(new Rate("y", 2), graph!.GetFallback(0)!.Value);
        Assert.Null(graph.GetFallback(1));
    }

    private static Engine Create() => new(builder => builder
        .AddTaskType<None, Rate>("rate", "Works.", (_, _, _) => ValueTask.FromResult(new Rate("x", 1)))
        .AddTaskType<int, Rate>("of", "Works.", (value, _, _) => ValueTask.FromResult(new Rate("x", value)))
        .AddTaskType<None, string>("pay", "Pays.", (_, _, _) => ValueTask.FromResult("paid"), type => type.Effect = TaskEffect.Irreversible));

    private sealed record Rate(string Name, int Value);

    [TaskType("read_rate", Description = "Reads a rate.")]
    private sealed class ReadRate : ITaskHandler<string, Rate>
    {
        public ValueTask<Rate> ExecuteAsync(string input, TaskContext context, CancellationToken cancellationToken) => ValueTask.FromResult(new Rate(input, 1));
    }

    private sealed class Plain(IExecutor inner) : DelegatingExecutor(inner)
    {
        public override ExecutorFeatures Features => ExecutorFeatures.All & ~ExecutorFeatures.Fallbacks;
    }

    private sealed class Seeing(IExecutor inner, Action<AgentOrchestration.Graph.TaskGraph> see) : DelegatingExecutor(inner)
    {
        public override ValueTask<IRunHandle> StartAsync(AgentOrchestration.Graph.TaskGraph graph, RunOptions options, CancellationToken cancellationToken)
        {
            see(graph);
            return base.StartAsync(graph, options, cancellationToken);
        }
    }
}
