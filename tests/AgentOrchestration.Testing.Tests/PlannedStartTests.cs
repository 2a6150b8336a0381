using AgentOrchestration.Planning;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

/// <summary>Requests whose plan somebody approves, or which has limits; written one token in a second.</summary>
public sealed class PlannedStartTests
{
    private const string Plan = """
        {"subtasks":[
        {"id":"a","type":"read","dependsOn":[],"arguments":1},
        {"id":"b","type":"read","dependsOn":["a"],"arguments":2}]}
        """;

    private static readonly OrchestrationRequest Request = new("Search.");

    [Fact]
    public void With_an_approval_nothing_starts_before_the_whole_plan_is_approved()
    {
        List<string> asked = [];
        using SimulatedRun run = Simulation((planning, clock) => planning.ApprovePlan = async (plan, stop) =>
        {
            asked.Add(string.Join(' ', plan.Subtasks.Select(subtask => subtask.Id)));
            await Task.Delay(TimeSpan.FromSeconds(10), clock(), stop);
            return true;
        }).Run(Request, seed: 1);

        Assert.Equal(["a b"], asked);
        Assert.Equal(RunOutcome.Succeeded, run.Result.Outcome);
        Assert.Equal([("a", 13), ("b", 14)], Starts(run));
    }

    [Fact]
    public void Without_an_approval_it_would_have_started_early()
    {
        using SimulatedRun run = Simulation((_, _) => { }).Run(Request, seed: 1);

        Assert.Equal([("a", 2), ("b", 3)], Starts(run));
    }

    [Fact]
    public void A_plan_that_is_not_approved_is_told_and_nothing_starts()
    {
        List<string> begun = [];
        RunSimulation simulation = Simulation((planning, _) => planning.ApprovePlan = (_, _) => ValueTask.FromResult(false), begun);

        PlanRejectedException rejection = Assert.Throws<PlanRejectedException>(() => simulation.Run(Request, seed: 1));

        Assert.Equal(["a", "b"], rejection.Plan.Subtasks.Select(subtask => subtask.Id));
        Assert.Contains("'Search.', 2 subtasks, was not approved", rejection.Message, StringComparison.Ordinal);
        Assert.Empty(begun);
    }

    [Theory]
    [InlineData(1, TaskEffect.Pure, "a 3 b 3")]
    [InlineData(0.1, TaskEffect.Pure, "a 3 b 13")]
    [InlineData(1, TaskEffect.Read, "a 13 b 13")]
    public void With_a_share_for_it_work_that_only_computes_starts_early_and_its_outputs_wait_for_the_approval(double share, TaskEffect effect, string starts)
    {
        using SimulatedRun run = Simulation(
            (planning, clock) => planning.ApprovePlan = async (_, stop) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(10), clock(), stop);
                return true;
            },
            share: share,
            effect: effect).Run(Request, seed: 1);

        Assert.Equal(starts, string.Join(' ', Starts(run).Order().Select(start => $"{start.Id} {start.Second}")));
        Assert.Equal((RunOutcome.Succeeded, 0), (run.Result.Outcome, run.Result.Savings.Extra.Count));
        Assert.All(run.Events.OfType<SubtaskSucceeded>(), succeeded => Assert.True(succeeded.Time >= run.Events[0].Time.AddSeconds(effect == TaskEffect.Pure ? 10 : 1)));
    }

    [Fact]
    public void What_has_started_before_a_plan_is_rejected_is_discarded()
    {
        List<string> begun = [];
        RunSimulation simulation = Simulation(
            (planning, clock) => planning.ApprovePlan = async (_, stop) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(0.5), clock(), stop);
                return false;
            },
            begun,
            share: 1);

        Assert.Throws<PlanRejectedException>(() => simulation.Run(Request, seed: 1));

        Assert.Equal(["a", "b"], begun);
    }

    [Fact]
    public void The_time_of_a_run_does_not_pass_while_somebody_reads_its_plan()
    {
        using SimulatedRun run = Simulation(
            (planning, clock) => planning.ApprovePlan = async (_, stop) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(10), clock(), stop);
                return true;
            },
            share: 1,
            timeout: TimeSpan.FromSeconds(5)).Run(Request, seed: 1);

        Assert.Equal(RunOutcome.Succeeded, run.Result.Outcome);
        Assert.All(Starts(run), start => Assert.Equal(13, start.Second));
    }

    [Fact]
    public void A_run_that_began_early_knows_what_its_planning_used()
    {
        using SimulatedRun run = Simulation((_, _) => { }).Run(Request, seed: 1);

        Assert.Equal((1, 3, false, TimeSpan.FromSeconds(3)), Used(run.Result.Plan.Planning!));
        static (int, long, bool, TimeSpan) Used(PlanningUsage used) => (used.Rounds, used.OutputTokens, used.IsEstimated, used.Duration);
    }

    [Fact]
    public void When_the_time_for_planning_is_over_what_began_early_is_cancelled()
    {
        List<string> begun = [];
        RunSimulation simulation = Simulation((planning, _) => planning.MaxTime = TimeSpan.FromSeconds(2.5), begun);

        InvalidPlanException refusal = Assert.Throws<InvalidPlanException>(() => simulation.Run(Request, seed: 1));

        Assert.Equal(PlanDiagnosticCode.PlanningBudget, Assert.Single(refusal.Diagnostics).Code);
        Assert.Contains("2.5 s in 1 rounds", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["a"], begun);
    }

    private static RunSimulation Simulation(
        Action<PlanningOptions, Func<TimeProvider>> planning, List<string>? begun = null, double share = 0, TaskEffect effect = TaskEffect.Pure, TimeSpan? timeout = null) => new(services =>
    {
        TimeProvider? clock = null;
        services.AddSingleton<IChatClient>(provider =>
            new ScriptedChatClient(clock = provider.GetRequiredService<TimeProvider>()) { TokensPerSecond = 1 }.Answer(Plan));
        services.AddAgentOrchestration(options =>
        {
            (options.Runs.Extra, options.Runs.Timeout) = (new ExtraWork { EarlyShare = share }, timeout);
            planning(options.Planning, () => clock!);
        })
            .AddTaskType<int, string>(
                "read",
                "Reads.",
                async (_, context, stop) =>
                {
                    begun?.Add(context.Subtask.Id);
                    await Task.Delay(TimeSpan.FromSeconds(1), context.TimeProvider, stop);
                    return "output";
                },
                options => options.Effect = effect);
    });

    private static IEnumerable<(string Id, int Second)> Starts(SimulatedRun run) => run.Events.OfType<AttemptStarted>()
        .Select(started => (started.SubtaskId, (int)(started.Time - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalSeconds));
}
