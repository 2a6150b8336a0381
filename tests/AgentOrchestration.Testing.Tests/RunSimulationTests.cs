using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Scheduling.Ordering;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

public sealed class RunSimulationTests
{
    [Fact]
    public void A_run_of_a_day_takes_no_time_and_its_events_have_virtual_times()
    {
        RunSimulation simulation = Sample.Of((context, stop) => Sample.Sleep(context, TimeSpan.FromHours(12), stop));

        using SimulatedRun run = simulation.Run(Sample.TwoInARow, seed: 1);

        Assert.Equal((RunOutcome.Succeeded, TimeSpan.FromDays(1)), (run.Result.Outcome, run.Elapsed));
        Assert.Equal("output", run.Result.GetOutput<string>("second"));
        Assert.Equal(
            [typeof(RunStarted), typeof(AttemptStarted), typeof(SubtaskSucceeded), typeof(AttemptStarted), typeof(SubtaskSucceeded), typeof(RunEnded)],
            run.Events.Select(next => next.GetType()));
    }

    [Fact]
    public void Seeds_choose_among_all_orders_of_what_happens_at_the_same_moment()
    {
        RunSimulation simulation = Sample.Of((context, stop) => Sample.Sleep(context, TimeSpan.FromSeconds(1), stop));
        HashSet<string> orders = [];

        simulation.Explore(
            Sample.ThreeBesideEachOther, seeds: 100, run => orders.Add(string.Concat(run.Events.OfType<SubtaskSucceeded>().Select(next => next.SubtaskId))));

        Assert.Equal(["abc", "acb", "bac", "bca", "cab", "cba"], orders.Order());
    }

    [Fact]
    public void A_search_for_a_schedule_stays_in_the_simulation()
    {
        RunSimulation simulation = Sample.Of(
            (context, stop) => Sample.Sleep(context, TimeSpan.FromSeconds(1), stop),
            options: options => options.Runs.MaxParallelism = 2,
            more: builder => builder.UseSchedulingPolicy(SchedulingPolicies.Optimized()));

        using SimulatedRun run = simulation.Run(Sample.ThreeBesideEachOther, seed: 1);

        Assert.Equal((RunOutcome.Succeeded, TimeSpan.FromSeconds(2)), (run.Result.Outcome, run.Elapsed));
    }

    [Fact]
    public void Retries_wait_their_pauses_in_virtual_time()
    {
        RunSimulation simulation = Sample.Of(
            (context, _) => context.Attempt < 3 ? throw new InvalidDataException("Bad data.") : ValueTask.FromResult("output"),
            options =>
            {
                options.Retry.MaxAttempts = 3;
                options.Retry.Delay = TimeSpan.FromSeconds(10);
                options.Retry.Jitter = 0;
            });

        using SimulatedRun run = simulation.Run(Sample.One, seed: 1);

        Assert.Equal((RunOutcome.Succeeded, 3, TimeSpan.FromSeconds(30)), (run.Result.Outcome, run.Result["only"].Attempts, run.Elapsed));
    }

    [Fact]
    public void An_attempt_that_takes_too_long_times_out_and_is_tried_again()
    {
        RunSimulation simulation = Sample.Of(
            (context, stop) => Sample.Sleep(context, context.Attempt == 1 ? TimeSpan.FromHours(1) : TimeSpan.FromSeconds(1), stop),
            options =>
            {
                options.Timeout = TimeSpan.FromMinutes(1);
                options.Retry.MaxAttempts = 2;
            });

        using SimulatedRun run = simulation.Run(Sample.One, seed: 1);

        Assert.Equal(RunOutcome.Succeeded, run.Result.Outcome);
        Assert.Equal(TimeSpan.FromMinutes(1), run.Events.OfType<AttemptTimedOut>().Single().Time - run.Events[0].Time);
    }

    [Fact]
    public void An_attempt_that_ignores_that_it_was_told_to_stop_is_abandoned_and_gives_its_resources_back_when_it_returns()
    {
        RunSimulation simulation = Sample.Of(
            (context, _) => Sample.Sleep(context, TimeSpan.FromMinutes(10), CancellationToken.None),
            options =>
            {
                options.Timeout = TimeSpan.FromMinutes(1);
                options.Resources = ResourceRequirements.Of("licence", 1);
            },
            more: builder => builder.AddResource("licence", 1));

        using SimulatedRun run = simulation.Run(Sample.One, seed: 1);

        Assert.Equal((SubtaskState.Failed, true), (run.Result["only"].State, run.Result["only"].Abandoned));
        Assert.Equal(0, run.Services.GetRequiredService<Resources.IResourceManager>().Snapshot().Single(pool => pool.Name == "licence").InUse);
    }

    [Fact]
    public void A_script_cancels_at_its_moment()
    {
        RunSimulation simulation = Sample.Of((context, stop) => Sample.Sleep(context, TimeSpan.FromHours(1), stop));

        using SimulatedRun run = simulation.Run(Sample.TwoInARow, seed: 1, script => script.At(TimeSpan.FromMinutes(90), run => run.CancelAsync()));

        Assert.Equal((RunOutcome.Cancelled, TimeSpan.FromMinutes(90)), (run.Result.Outcome, run.Elapsed));
        Assert.Equal([SubtaskState.Succeeded, SubtaskState.Cancelled], run.Result.Subtasks.Select(subtask => subtask.State));
    }

    [Fact]
    public void A_moment_after_the_end_of_the_run_does_not_come()
    {
        bool came = false;
        RunSimulation simulation = Sample.Of((context, stop) => Sample.Sleep(context, TimeSpan.FromSeconds(1), stop));

        using SimulatedRun run = simulation.Run(Sample.One, seed: 1, script => script.At(TimeSpan.FromHours(1), _ =>
        {
            came = true;
            return default;
        }));

        Assert.Equal((RunOutcome.Succeeded, false), (run.Result.Outcome, came));
    }

    [Fact]
    public void A_script_answers_approvals()
    {
        RunSimulation simulation = Sample.Of((_, _) => ValueTask.FromResult("output"), options => options.RequiresApproval = true);

        simulation.Explore(
            Sample.TwoInARow,
            seeds: 20,
            run => Assert.Equal([SubtaskState.Succeeded, SubtaskState.Failed], run.Result.Subtasks.Select(subtask => subtask.State)),
            script => script.On<ApprovalRequested>((run, question) => new ValueTask(
                question.SubtaskId == "first" ? run.ApproveAsync(question, by: "me") : run.RejectAsync(question, by: "me", reason: "No."))));
    }

    [Fact]
    public void A_script_extends_a_budget()
    {
        RunSimulation simulation = Sample.Of(
            (_, _) => ValueTask.FromResult("output"), options: options => options.Runs.Budget = new RunBudget { MaxAttempts = 1, WhenExhausted = BudgetAction.Ask });

        using SimulatedRun run = simulation.Run(
            Sample.TwoInARow,
            seed: 1,
            script => script.On<BudgetExhausted>(async (run, _) => await run.ExtendBudgetAsync(new RunBudget { MaxAttempts = 2, WhenExhausted = BudgetAction.Ask })));

        Assert.Equal((RunOutcome.Succeeded, 1), (run.Result.Outcome, run.Events.OfType<BudgetExtended>().Count()));
    }

    [Fact]
    public void A_run_grows()
    {
        RunSimulation simulation = Sample.Of(async (context, stop) =>
        {
            if (context.Subtask.Id == "only")
            {
                context.AddSubtasks(plan =>
                {
                    plan.Add("left", "work");
                    plan.Add("right", "work");
                });
            }

            return await Sample.Sleep(context, TimeSpan.FromSeconds(1), stop);
        });

        simulation.Explore(
            Sample.One, seeds: 20, run => Assert.Equal(["only", "only/left", "only/right"], run.Result.Succeeded.Select(subtask => subtask.Subtask.Id)));
    }

    [Fact]
    public void What_succeeded_is_undone_when_the_run_fails()
    {
        var simulation = new RunSimulation(services => services
            .AddSingleton<Account>()
            .AddAgentOrchestration(options => options.Runs.FailurePolicy = FailurePolicy.Compensate)
            .AddTaskType<Payment>()
            .AddTaskType("fail", "Fails.", async (None _, TaskContext context, CancellationToken stop) =>
            {
                await Sample.Sleep(context, TimeSpan.FromHours(1), stop);
                return stop.IsCancellationRequested ? None.Value : throw new InvalidDataException("Bad data.");
            }));
        TaskPlan plan = TaskPlan.Create(plan => plan.Add("late", "fail", after: [plan.Add<Payment>("first"), plan.Add<Payment>("second")]));

        simulation.Explore(plan, seeds: 20, run =>
        {
            Assert.Equal(0, run.Services.GetRequiredService<Account>().Paid);
            Assert.Equal(
                run.Events.OfType<SubtaskSucceeded>().Select(next => next.SubtaskId).Reverse(), run.Events.OfType<SubtaskCompensated>().Select(next => next.SubtaskId));
        });
    }

    [Fact]
    public void What_handlers_report_is_among_the_events()
    {
        RunSimulation simulation = Sample.Of((context, _) =>
        {
            context.ReportProgress(0.5, "half");
            context.StreamText("word");
            context.ReportUsage(new TaskUsage(1, 2, 3));
            return ValueTask.FromResult("output");
        });

        using SimulatedRun run = simulation.Run(Sample.One, seed: 1);

        Assert.Equal((0.5, "word", 3), (run.Events.OfType<ProgressReported>().Single().Fraction, run.Events.OfType<TextStreamed>().Single().Text, run.Events.OfType<UsageCounted>().Single().Usage.Tokens));
    }

    [Fact]
    public void Sinks_middleware_and_the_result_cache_take_part()
    {
        RunSimulation simulation = Sample.Of(
            (context, stop) => Sample.Sleep(context, TimeSpan.FromSeconds(1), stop),
            options => options.Effect = TaskEffect.Pure,
            more: builder =>
            {
                builder.UseResultCache().AddEventSink<Listener>().AddMiddleware<Exclaiming>();
                builder.Services.AddSingleton<Account>();
            });

        using SimulatedRun run = simulation.Run(Sample.ThreeBesideEachOther, seed: 1);

        Assert.Equal(["output!", "output!", "output!"], run.Result.Subtasks.Select(subtask => subtask.Output));
        Assert.Equal(run.Events.Count, run.Services.GetRequiredService<Account>().Paid);
    }

    [Fact]
    public void Every_run_has_services_of_its_own()
    {
        RunSimulation simulation = Sample.Of(
            (context, _) => ValueTask.FromResult($"{context.Services.GetRequiredService<Account>().Paid++}"), more: builder => builder.Services.AddSingleton<Account>());

        simulation.Explore(Sample.One, seeds: 3, run => Assert.Equal("0", run.Result.GetOutput<string>("only")));
    }

    [Fact]
    public void Run_PlanWithUnknownTaskType_IsRefused() =>
        Assert.Throws<InvalidPlanException>(() => Sample.Of((_, _) => ValueTask.FromResult("")).Run(TaskPlan.Create(plan => plan.Add("only", "other")), seed: 1));

    [Fact]
    public void A_check_that_fails_names_its_seed_and_the_seed_fails_again()
    {
        RunSimulation simulation = Sample.Of((context, stop) => Sample.Sleep(context, TimeSpan.FromSeconds(1), stop));
        static void Check(SimulatedRun run) => Assert.NotEqual("c", run.Events.OfType<SubtaskSucceeded>().First().SubtaskId);

        SimulationException failure = Assert.Throws<SimulationException>(() => simulation.Explore(Sample.ThreeBesideEachOther, seeds: 1_000, Check));

        Assert.Contains($"Seed {failure.Seed}: The check failed", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"simulation.Run(plan, seed: {failure.Seed})", failure.Message, StringComparison.Ordinal);
        using SimulatedRun again = simulation.Run(Sample.ThreeBesideEachOther, failure.Seed);
        Assert.Equal(failure.Events, again.Events, (left, right) => $"{left}" == $"{right}");
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check(again));
    }

    [Fact]
    public void A_script_that_throws_ends_the_simulation()
    {
        RunSimulation simulation = Sample.Of((context, stop) => Sample.Sleep(context, TimeSpan.FromHours(1), stop));

        SimulationException failure = Assert.Throws<SimulationException>(
            () => simulation.Run(Sample.One, seed: 7, script => script.At(TimeSpan.FromMinutes(1), _ => throw new InvalidDataException("Bad data."))));

        Assert.Contains("Bad data.", failure.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidDataException>(failure.InnerException);
    }

    [Fact]
    public async Task The_callers_thread_is_its_own_again_afterwards()
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        using SimulatedRun run = Sample.Of((_, _) => ValueTask.FromResult("")).Run(Sample.One, seed: 1);

        Assert.Same(before, SynchronizationContext.Current);
        await Task.Run(() => { }, TestContext.Current.CancellationToken);
    }

    private sealed class Account
    {
        public int Paid { get; set; }
    }

    [TaskType("payment", Description = "Pays.")]
    private sealed class Payment(Account account) : ITaskHandler<None, None>, ICompensable<None, None>
    {
        public async ValueTask<None> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken)
        {
            await Sample.Sleep(context, TimeSpan.FromSeconds(1), cancellationToken);
            account.Paid++;
            return None.Value;
        }

        public async ValueTask CompensateAsync(None input, None output, TaskContext context, CancellationToken cancellationToken)
        {
            await Sample.Sleep(context, TimeSpan.FromSeconds(1), cancellationToken);
            account.Paid--;
        }
    }

    private sealed class Listener(Account account) : IRunEventSink
    {
        public bool IsEnabled => true;

        public void OnEvent(string runId, RunEvent runEvent) => account.Paid++;
    }

    private sealed class Exclaiming : Execution.Attempts.TaskMiddleware
    {
        public override async ValueTask<object?> InvokeAsync(TaskContext context, Execution.Attempts.TaskDelegate next, CancellationToken cancellationToken) =>
            $"{await next(context, cancellationToken)}!";
    }
}
