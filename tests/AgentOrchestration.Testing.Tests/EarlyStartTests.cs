using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

/// <summary>Requests whose work begins while the plan is still being written, one token in a second.</summary>
public sealed class EarlyStartTests
{
    private const string TwoSearches = """
        {"subtasks":[
        {"id":"a","type":"read","dependsOn":[]},
        {"id":"b","type":"look","dependsOn":["a"]},
        {"id":"c","type":"write","dependsOn":[]},
        {"id":"d","type":"scan","dependsOn":["c","b"]}]}
        """;

    [Fact]
    public void A_subtask_starts_with_the_token_that_closes_its_object_unless_it_changes_something()
    {
        using SimulatedRun run = Simulation(TwoSearches).Run(new OrchestrationRequest("Search."), seed: 1);

        Assert.Equal(RunOutcome.Succeeded, run.Result.Outcome);
        Assert.Equal([("a", 2), ("b", 3), ("c", 5), ("d", 6)], Starts(run));
        Assert.Equal(5, SecondsOf(run.Events.OfType<PlanCompleted>().Single()));
        Assert.Equal(["a", "b", "c", "d"], run.Result.Plan.Subtasks.Select(subtask => subtask.Id));
        Assert.Equal(RunSnapshot.Fold(run.Events).Subtasks.Select(subtask => subtask.State), run.Result.Run.Subtasks.Select(subtask => subtask.State));
    }

    [Fact]
    public void What_reads_waits_for_the_whole_plan_because_a_plan_that_is_refused_must_not_have_asked_anything()
    {
        using SimulatedRun run = Simulation("""
            {"subtasks":[
            {"id":"a","type":"ask","dependsOn":[]},
            {"id":"b","type":"read","dependsOn":[]},
            {"id":"c","type":"look","dependsOn":[]}]}
            """).Run(new OrchestrationRequest("Search."), seed: 1);

        Assert.Equal([("b", 3), ("a", 4), ("c", 4)], Starts(run));
    }

    [Fact]
    public void Without_an_early_start_the_plan_comes_first()
    {
        using SimulatedRun run = Simulation(TwoSearches, startsEarly: false).Run(new OrchestrationRequest("Search."), seed: 1);

        Assert.Equal([("a", 5), ("c", 5), ("b", 6), ("d", 7)], Starts(run));
        Assert.Empty(run.Events.OfType<PlanCompleted>());
    }

    [Fact]
    public void A_reference_to_what_is_not_known_yet_is_held()
    {
        using SimulatedRun run = Simulation("""
            {"subtasks":[
            {"id":"late","type":"scan","dependsOn":["first","second"]},
            {"id":"first","type":"read","dependsOn":[]},
            {"id":"second","type":"list","dependsOn":["first"]},
            {"id":"last","type":"look","dependsOn":[]}]}
            """).Run(new OrchestrationRequest("Search."), seed: 1);

        Assert.Equal([("first", 3), ("second", 4), ("last", 5), ("late", 5)], Starts(run));
    }

    [Fact]
    public void A_plan_that_is_refused_in_the_end_leaves_nothing_of_what_was_begun()
    {
        List<string> cancelled = [];
        ScriptedChatClient? model = null;
        RunSimulation simulation = Simulation(
            (clock) => model = new ScriptedChatClient(clock) { TokensPerSecond = 1 }
                .Answer("""
                    {"subtasks":[
                    {"id":"a","type":"slow","dependsOn":[]},
                    {"id":"b","type":"read","dependsOn":["b2"]},
                    {"id":"b2","type":"read","dependsOn":["b"]},
                    {"id":"c","type":"read","dependsOn":[]}]}
                    """)
                .Answer("""{"subtasks":[{"id":"a","type":"read","dependsOn":[]}]}"""),
            cancelled: cancelled);

        using SimulatedRun run = simulation.Run(new OrchestrationRequest("Search."), seed: 1);

        // Nothing begins any more with the edge that closes the cycle: "c" does not start.
        Assert.Equal(["a"], cancelled);
        Assert.Equal([("a", 6)], Starts(run));
        Assert.Equal(["a"], run.Result.Run.Subtasks.Select(subtask => subtask.Subtask.Id));
        Assert.Contains("cycle", model!.Requests[1].Text, StringComparison.Ordinal);
        Assert.True(model.Requests.All(request => request.IsStreaming));
    }

    [Fact]
    public void What_has_to_be_repaired_begins_when_the_plan_is_complete()
    {
        using SimulatedRun run = Simulation("""
            {"subtasks":[
            {"id":"a","name":"First","type":"read","dependsOn":[]},
            {"id":"b","type":"scan","dependsOn":["First"]},
            {"id":"c","type":"look","dependsOn":[]}]}
            """).Run(new OrchestrationRequest("Search."), seed: 1);

        Assert.Equal([("a", 2), ("b", 4), ("c", 4)], Starts(run));
        Assert.Equal(["a"], run.Result.Plan.Subtasks[1].DependsOn);
        Assert.Single(run.Result.Plan.Repairs);
    }

    [Fact]
    public void What_was_begun_goes_on_when_a_dependency_has_to_be_added_to_what_follows()
    {
        using SimulatedRun run = Simulation("""
            {"subtasks":[
            {"id":"a","type":"read","dependsOn":[]},
            {"id":"b","type":"take","dependsOn":[],"arguments":{"$output":"a"}},
            {"id":"c","type":"look","dependsOn":[]}]}
            """).Run(new OrchestrationRequest("Search."), seed: 1);

        Assert.Equal([("a", 2), ("b", 4), ("c", 4)], Starts(run));
        Assert.Equal(["a"], run.Result.Plan.Subtasks[1].DependsOn);
    }

    [Fact]
    public void When_a_model_breaks_off_it_is_asked_for_the_whole_and_what_was_begun_goes_on()
    {
        const string Whole = """{"subtasks":[ {"id":"a","type":"read"}, {"id":"b","type":"look"}]}""";
        ScriptedChatClient? model = null;

        using SimulatedRun run = Simulation(
            clock => model = new ScriptedChatClient(clock) { TokensPerSecond = 1 }.Fail(new HttpRequestException("Cut."), after: Whole[..50]).Answer(Whole)).Run(new OrchestrationRequest("Search."), seed: 1);

        Assert.Equal([true, false], model!.Requests.Select(request => request.IsStreaming));
        Assert.Equal([("a", 2), ("b", 6)], Starts(run));
    }

    [Fact]
    public void When_the_whole_is_another_plan_what_was_begun_is_cancelled()
    {
        List<string> cancelled = [];

        using SimulatedRun run = Simulation(
            clock => new ScriptedChatClient(clock) { TokensPerSecond = 1 }
                .Fail(new HttpRequestException("Cut."), after: """{"subtasks":[ {"id":"a","type":"slow"}, {"id":""")
                .Answer("""{"subtasks":[{"id":"a","type":"read"}]}"""),
            cancelled: cancelled).Run(new OrchestrationRequest("Search."), seed: 1);

        Assert.Equal(["a"], cancelled);
        Assert.Equal("read", Assert.Single(run.Result.Plan.Subtasks).TaskType);
    }

    [Fact]
    public void A_model_that_does_not_answer_is_an_error() => Assert.Equal(
        "Gone.",
        Assert.Throws<HttpRequestException>(() => Simulation(clock => new ScriptedChatClient(clock).Fail(new HttpRequestException("Gone."))).Run(new OrchestrationRequest("Search."), seed: 1)).Message);

    private static RunSimulation Simulation(string plan, bool startsEarly = true) =>
        Simulation(clock => new ScriptedChatClient(clock) { TokensPerSecond = 1 }.Answer(plan), startsEarly);

    private static RunSimulation Simulation(Func<TimeProvider, IChatClient> model, bool startsEarly = true, List<string>? cancelled = null) => new(services =>
    {
        services.AddSingleton(provider => model(provider.GetRequiredService<TimeProvider>()));
        services.AddAgentOrchestration(options => options.Planning.StartsEarly = startsEarly)
            .AddTaskType<None, string>("read", "Reads.", WorkAsync, options => options.Effect = TaskEffect.Pure)
            .AddTaskType<None, string>("look", "Looks.", WorkAsync, options => options.Effect = TaskEffect.Pure)
            .AddTaskType("take", "Takes what was read.", async (string _, TaskContext context, CancellationToken stop) => await WorkAsync(None.Value, context, stop), options => options.Effect = TaskEffect.Pure)
            .AddTaskType<None, string>("scan", "Scans.", WorkAsync, options => options.Effect = TaskEffect.Pure)
            .AddTaskType<None, string>("list", "Lists.", WorkAsync, options => options.Effect = TaskEffect.Pure)
            .AddTaskType<None, string>("ask", "Asks somebody outside.", WorkAsync, options => options.Effect = TaskEffect.Read)
            .AddTaskType<None, string>("write", "Writes.", WorkAsync)
            .AddTaskType(
                "slow",
                "Takes its time.",
                async (None _, TaskContext context, CancellationToken stop) =>
                {
                    try
                    {
                        await Task.Delay(TimeSpan.FromHours(1), context.TimeProvider, stop);
                    }
                    catch (OperationCanceledException)
                    {
                        cancelled?.Add(context.Subtask.Id);
                        throw;
                    }

                    return "output";
                },
                options => options.Effect = TaskEffect.Pure);
    });

    private static async ValueTask<string> WorkAsync(None input, TaskContext context, CancellationToken stop)
    {
        await Task.Delay(TimeSpan.FromSeconds(1), context.TimeProvider, stop);
        return "output";
    }

    private static IEnumerable<(string Id, int Second)> Starts(SimulatedRun run) => run.Events
        .OfType<AttemptStarted>().Select(started => (started.SubtaskId, SecondsOf(started))).OrderBy(start => start.Item2).ThenBy(start => start.SubtaskId, StringComparer.Ordinal);

    private static int SecondsOf(RunEvent next) => (int)(next.Time - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds;
}
