using AgentOrchestration.Plans;
using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

public sealed class RunSimulationTests
{
    private static readonly TaskPlan TwoInARow = TaskPlan.Create(plan =>
    {
        SubtaskRef first = plan.Add("first", "work");
        plan.Add("second", "work", after: [first]);
    });

    [Fact]
    public void A_run_of_a_day_takes_no_time_and_its_events_have_virtual_times()
    {
        RunSimulation simulation = Works(async (context, stop) =>
        {
            await Task.Delay(TimeSpan.FromHours(12), context.TimeProvider, stop);
            return "output";
        });

        using SimulatedRun run = simulation.Run(TwoInARow, seed: 1);

        Assert.Equal((RunOutcome.Succeeded, TimeSpan.FromDays(1)), (run.Result.Outcome, run.Elapsed));
        Assert.Equal("output", run.Result.GetOutput<string>("second"));
        Assert.Equal([typeof(RunStarted), typeof(AttemptStarted), typeof(SubtaskSucceeded), typeof(AttemptStarted), typeof(SubtaskSucceeded), typeof(RunEnded)], run.Events.Select(next => next.GetType()));
    }

    private static RunSimulation Works(Func<TaskContext, CancellationToken, ValueTask<string>> work, Action<TaskTypeOptions>? options = null) =>
        new(services => services.AddAgentOrchestration().AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken stop) => work(context, stop), options));
}
