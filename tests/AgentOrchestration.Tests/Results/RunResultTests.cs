using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Results;

public sealed class RunResultTests
{
    [Fact]
    public async Task A_failed_run_says_what_was_done_what_failed_and_what_was_skipped_because_of_it()
    {
        await using Engine engine = Create();

        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef good = plan.Add("good", "answer");
            SubtaskRef bad = plan.Add("bad", "fail");
            SubtaskRef child = plan.Add("child", "answer", after: [good, bad]);
            plan.Add("grandchild", "answer", after: [child]);
        });

        Assert.Equal(RunOutcome.Failed, result.Outcome);
        Assert.Equal(["good"], IdsOf(result.Succeeded));
        Assert.Equal(["bad"], IdsOf(result.Failed));
        Assert.Equal(["child", "grandchild"], IdsOf(result.Skipped));
        Assert.Empty(result.Cancelled);
        Assert.All(result.Skipped, skipped => Assert.Equal("bad", skipped.SkippedBecauseOf));
        Assert.Equal(("InvalidTimeZoneException", "It broke."), (result["bad"].Error!.Kind, result["bad"].Error!.Message));
        Assert.Equal(["good", "bad", "child", "grandchild"], IdsOf(result.Subtasks));
    }

    [Fact]
    public async Task A_cancelled_run_says_what_was_cancelled()
    {
        await using Engine engine = Create();
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef good = plan.Add("good", "answer");
            SubtaskRef endless = plan.Add("endless", "wait", after: [good]);
            plan.Add("after", "answer", after: [endless]);
        });
        await Engine.SeeAsync<AttemptStarted>(run, started => started.SubtaskId == "endless");

        await run.CancelAsync(TestContext.Current.CancellationToken);
        RunResult result = await run.WaitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(RunOutcome.Cancelled, result.Outcome);
        Assert.Equal(["good"], IdsOf(result.Succeeded));
        Assert.Equal(["endless", "after"], IdsOf(result.Cancelled));
    }

    [Fact]
    public async Task GetOutput_OfTheTypeOrOneItCanBeAssignedTo_GivesIt()
    {
        await using Engine engine = Create();
        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("number", "answer");
            plan.Add("nothing", "null");
        });

        Assert.Equal(42, result.GetOutput<int>("number"));
        Assert.Equal(42, result.GetOutput<IFormattable>("number"));
        Assert.Null(result.GetOutput<string>("nothing"));
    }

    [Fact]
    public async Task GetOutput_OfAnotherType_NamesBoth()
    {
        await using Engine engine = Create();
        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("number", "answer");
            plan.Add("nothing", "null");
        });

        Assert.Equal(
            "The output of 'number' is a Int32, not a String.",
            Assert.Throws<InvalidOperationException>(() => result.GetOutput<string>("number")).Message);
        Assert.Equal(
            "The output of 'nothing' is a null, not a Int32.",
            Assert.Throws<InvalidOperationException>(() => result.GetOutput<int>("nothing")).Message);
    }

    [Theory]
    [InlineData("bad", "The subtask 'bad' has no output: it is Failed.")]
    [InlineData("child", "The subtask 'child' has no output: it is Skipped.")]
    public async Task GetOutput_OfASubtaskThatDidNotSucceed_SaysWhatBecameOfIt(string subtask, string message)
    {
        await using Engine engine = Create();
        RunResult result = await engine.RunAsync(plan =>
        {
            SubtaskRef bad = plan.Add("bad", "fail");
            plan.Add("child", "answer", after: [bad]);
        });

        Assert.Equal(message, Assert.Throws<InvalidOperationException>(() => result.GetOutput<int>(subtask)).Message);
    }

    [Fact]
    public async Task GetOutput_OfAnUnknownSubtask_NamesIt()
    {
        await using Engine engine = Create();
        RunResult result = await engine.RunAsync(plan => plan.Add("number", "answer"));

        Assert.Contains("'Number'", Assert.Throws<KeyNotFoundException>(() => result.GetOutput<int>("Number")).Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> IdsOf(IEnumerable<SubtaskSnapshot> subtasks) => subtasks.Select(subtask => subtask.Subtask.Id);

    private static Engine Create() => new(builder => builder
        .AddTaskType("answer", "Answers.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(42))
        .AddTaskType("null", "Returns null.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<string?>(null))
        .AddTaskType("fail", "Fails.", ValueTask<int> (None _, TaskContext _, CancellationToken _) => throw new InvalidTimeZoneException("It broke."))
        .AddTaskType("wait", "Waits to be told to stop.", async (None _, TaskContext _, CancellationToken stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop);
            return None.Value;
        }));
}
