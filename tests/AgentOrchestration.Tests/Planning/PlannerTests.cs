using System.Text.Json;
using AgentOrchestration.Planning;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Planning;

public sealed class PlannerTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sound_plan_is_taken_at_once_with_the_goal_of_the_request()
    {
        var model = new ScriptedModel(Application.SoundPlan);

        TaskPlan plan = await Application.PlanAsync(model);

        Assert.Single(model.Asked);
        Assert.Equal("Describe a.csv", plan.Goal);
        Assert.Equal(["rows", "text"], plan.Subtasks.Select(subtask => subtask.Id));
        Assert.Equal(["rows"], plan.Subtasks[1].DependsOn);
    }

    [Fact]
    public async Task The_goal_is_that_of_the_request_whatever_the_model_states()
    {
        var model = new ScriptedModel("""{"goal":"Mine","subtasks":[{"id":"a","type":"read_csv","arguments":{"path":"a"}}]}""");

        Assert.Equal(Application.Request.Goal, (await Application.PlanAsync(model)).Goal);
    }

    [Fact]
    public async Task A_refused_plan_goes_back_with_all_its_diagnostics_and_the_repaired_one_is_taken()
    {
        const string Bad = """{"subtasks":[{"id":"rows","type":"read_xml","dependsOn":["ghost"]},{"id":"text","type":"describe","arguments":{"columns":1},"resources":{"gpu":9}}]}""";
        var model = new ScriptedModel(Bad, Application.SoundPlan);

        TaskPlan plan = await Application.PlanAsync(model);

        Assert.Equal(2, plan.Subtasks.Count);
        Assert.Equal(2, model.Asked.Count);
        IReadOnlyList<ChatMessage> again = model.Asked[1];
        Assert.Equal([ChatRole.System, ChatRole.User, ChatRole.Assistant, ChatRole.User], again.Select(message => message.Role));
        Assert.Equal(model.Asked[0].Select(message => message.Text), again.Take(2).Select(message => message.Text));
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse(Bad), WithoutGoal(again[2].Text)), again[2].Text);
        Assert.All(
            (IEnumerable<string>)[
                "/subtasks/0/dependsOn/0: 'rows': It depends on 'ghost'",
                "/subtasks/0/type: 'rows': There is no task type 'read_xml'. Use one of: describe, read_csv.",
                "/subtasks/1/resources: 'text': It needs 9 of 'gpu', but there is 2",
                "/subtasks/1/arguments: 'text': The property 'rows' is missing.",
                "/subtasks/1/arguments/columns: 'text': 1 was found where array is expected."],
            said => Assert.Contains(Told(again[3].Text), told => told.StartsWith(said, StringComparison.Ordinal)));
        Assert.Equal(5, Told(again[3].Text).Length);
    }

    private static string[] Told(string prompt) =>
        [.. JsonElement.Parse(prompt[prompt.IndexOf('[', StringComparison.Ordinal)..]).EnumerateArray().Select(error => $"{error.GetProperty("path")}: {error.GetProperty("error")} {error.GetProperty("remedy")}")];

    [Fact]
    public async Task A_plan_that_is_never_repaired_is_asked_for_three_times_and_refused_with_the_last_diagnostics()
    {
        var model = new ScriptedModel("""{"subtasks":[]}""", "no JSON", """{"subtasks":[{"id":"a","type":"sing"},{"id":"a","type":"dance"}]}""", Application.SoundPlan);

        InvalidPlanException refusal = await Assert.ThrowsAsync<InvalidPlanException>(() => Application.PlanAsync(model));

        Assert.Equal(3, model.Asked.Count);
        Assert.Equal(
            [PlanDiagnosticCode.DuplicateId, PlanDiagnosticCode.UnknownTaskType, PlanDiagnosticCode.UnknownTaskType],
            refusal.Diagnostics.Select(diagnostic => diagnostic.Code));
        Assert.Equal(["a", "a"], refusal.Refusal.Plan!.Subtasks.Select(subtask => subtask.Id));
        Assert.All(refusal.Diagnostics, diagnostic => Assert.Contains($"{diagnostic}", refusal.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10)]
    public async Task The_number_of_repairs_is_an_option(int repairs)
    {
        var model = new ScriptedModel(Enumerable.Repeat("{}", 20));

        await Assert.ThrowsAsync<InvalidPlanException>(() => Application.PlanAsync(model, options => options.Planning.MaxRepairs = repairs));

        Assert.Equal(repairs + 1, model.Asked.Count);
    }

    [Fact]
    public async Task Behind_a_nested_subtask_that_is_null_the_mistakes_of_the_next_are_told_too()
    {
        IReadOnlyList<PlanDiagnostic> diagnostics = await Application.RefuseAsync(
            """{"subtasks":[{"id":"p","type":"$plan","plan":{"subtasks":[null,{"id":"a","type":"sing"}]}}]}""");

        Assert.Equal(["/subtasks/0/plan/subtasks/0", "/subtasks/0/plan/subtasks/1/type"], diagnostics.Select(diagnostic => diagnostic.Path));
    }

    [Fact]
    public async Task What_is_no_JSON_goes_back_as_it_was_written()
    {
        const string Prose = "Here is the plan:\n```\nFirst read, then describe.\n```";
        var model = new ScriptedModel(Prose, Application.SoundPlan);

        await Application.PlanAsync(model);

        Assert.Equal(Prose, model.Asked[1][2].Text);
        Assert.Contains("This is not the JSON of a plan", model.Asked[1][3].Text, StringComparison.Ordinal);
        Assert.Contains("one JSON object", model.Asked[1][3].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_chat_client_the_error_says_what_to_register()
    {
        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(() => Application.PlanAsync(model: null));

        Assert.Contains("AddChatClient", error.Message, StringComparison.Ordinal);
        Assert.Contains("UseDecomposer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_reaches_the_model_and_is_no_refusal()
    {
        using var stop = new CancellationTokenSource();
        var asked = new TaskCompletionSource();
        var model = new ScriptedModel(Application.SoundPlan)
        {
            Before = async token =>
            {
                asked.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            },
        };
        Task<TaskPlan> planning = Application.With(model).PlanAsync(Application.Request, stop.Token);
        await asked.Task.InTimeAsync();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => planning);
        Assert.Single(model.Asked);
    }

    [Fact]
    public async Task An_error_of_the_model_is_the_callers_and_no_refusal()
    {
        var model = new ScriptedModel { Before = _ => throw new HttpRequestException("The model is away.") };

        HttpRequestException error = await Assert.ThrowsAsync<HttpRequestException>(() => Application.PlanAsync(model));

        Assert.Equal("The model is away.", error.Message);
        Assert.Single(model.Asked);
    }

    [Fact]
    public async Task A_decomposer_of_the_applications_own_gets_the_refusals_too()
    {
        var decomposer = new OwnDecomposer(
            new TaskPlan { Subtasks = [new Subtask { Id = "a", TaskType = "sing" }] },
            new TaskPlan { Subtasks = [new Subtask { Id = "a", TaskType = "read_csv", Arguments = JsonElement.Parse("""{"path":"a"}""") }] });
        ITaskOrchestrator orchestrator = Application.With(null, configure: builder => builder.Services.AddSingleton<ITaskDecomposer>(decomposer));

        TaskPlan plan = await orchestrator.PlanAsync(Application.Request, TestEnd);

        Assert.Equal("read_csv", plan.Subtasks[0].TaskType);
        Assert.Null(decomposer.Refusals[0]);
        Assert.Equal("sing", decomposer.Refusals[1]!.Plan!.Subtasks[0].TaskType);
        Assert.Equal(PlanDiagnosticCode.UnknownTaskType, Assert.Single(decomposer.Refusals[1]!.Diagnostics).Code);
    }

    [Fact]
    public async Task A_decomposer_that_answers_null_is_named()
    {
        await using ServiceProvider services = Application.Services(null, configure: builder => builder.UseDecomposer(new OwnDecomposer([null!])));

        InvalidOperationException error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => services.GetRequiredService<ITaskOrchestrator>().PlanAsync(Application.Request, TestEnd));

        Assert.Contains(services.GetRequiredService<ITaskDecomposer>().GetType().Name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_decomposer_that_refuses_without_saying_why_is_asked_again_and_then_refused()
    {
        var decomposer = new OwnDecomposer();
        ITaskOrchestrator orchestrator = Application.With(null, configure: builder => builder.Services.AddSingleton<ITaskDecomposer>(decomposer));

        await Assert.ThrowsAsync<InvalidPlanException>(() => orchestrator.PlanAsync(Application.Request, TestEnd));

        Assert.Equal(3, decomposer.Refusals.Count);
    }

    private static JsonElement WithoutGoal(string json)
    {
        var plan = System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject();
        plan.Remove("goal");
        return JsonSerializer.SerializeToElement(plan);
    }

    private sealed class OwnDecomposer(params IEnumerable<TaskPlan> plans) : ITaskDecomposer
    {
        private readonly Queue<TaskPlan> _plans = new(plans);

        public List<PlanRefusal?> Refusals { get; } = [];

        public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken)
        {
            Refusals.Add(refusal);
            return _plans.TryDequeue(out TaskPlan? plan) ? ValueTask.FromResult(plan) : throw new InvalidPlanException(new PlanRefusal([]));
        }
    }
}
