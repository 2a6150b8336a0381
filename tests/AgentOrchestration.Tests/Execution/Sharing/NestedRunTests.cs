using System.Collections.Concurrent;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;
using static AgentOrchestration.Tests.Execution.Sharing.NestedRuns;

namespace AgentOrchestration.Tests.Execution.Sharing;

/// <summary>Handlers that start runs and wait for them: nothing waits for ever in silence.</summary>
public sealed class NestedRunTests
{
    [Fact]
    public async Task Code_that_waits_for_its_own_run_fails_by_name()
    {
        var own = new TaskCompletionSource<OrchestrationRun>();
        await using Engine engine = Engine.For<string>(async (context, _) =>
        {
            OrchestrationRun run = await own.Task;
            ITaskOrchestrator orchestrator = context.Services.GetRequiredService<ITaskOrchestrator>();
            Task waiting = context.Subtask.Id switch
            {
                "wait" => run.WaitAsync(CancellationToken.None),
                "compile" => run.CompileAsync<string>(CancellationToken.None),
                "replan" => orchestrator.ReplanAsync(new OrchestrationRequest("again"), run, CancellationToken.None),
                _ => orchestrator.StartFromAsync(run, cancellationToken: CancellationToken.None),
            };
            await waiting;
            return "never";
        });
        OrchestrationRun run = await engine.StartAsync(plan => Array.ForEach(["wait", "compile", "replan", "start-from"], id => plan.Add(id, "work")));
        await using IAsyncDisposable disposal = run.Disposal();

        own.SetResult(run);
        RunResult result = await run.EndAsync();

        Assert.All(result.Subtasks, subtask =>
        {
            Assert.Equal(nameof(InvalidOperationException), subtask.Error!.Kind);
            Assert.Contains(run.RunId, subtask.Error.Message, StringComparison.Ordinal);
            Assert.Contains("neither would ever end", subtask.Error.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Code_of_a_nested_run_that_waits_for_the_run_that_waits_for_it_fails_by_name()
    {
        var outer = new TaskCompletionSource<OrchestrationRun>();
        RunResult? nested = null;
        await using Engine engine = Nesting(
            async (context, start) =>
            {
                if (context.Subtask.Id == "inner")
                {
                    await (await outer.Task).WaitAsync(CancellationToken.None);
                    return "never";
                }

                OrchestrationRun run = await start("inner");
                nested = await run.WaitAsync(CancellationToken.None);
                return "continued";
            });
        OrchestrationRun run = await engine.StartAsync(plan => plan.Add("outer", "work"));
        await using IAsyncDisposable disposal = run.Disposal();

        // The outer code waits already, so the wait of the inner one closes the cycle.
        await Engine.SeeAsync<AttemptStarted>(run);
        outer.SetResult(run);
        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Succeeded, RunOutcome.Failed), (result.Outcome, nested!.Outcome));
        Assert.Contains($"whose code waits for the run {nested.Run.RunId}", nested["inner"].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_runs_whose_code_waits_for_the_other_one_is_refused_and_both_end()
    {
        var runs = new ConcurrentDictionary<string, TaskCompletionSource<OrchestrationRun>>();
        await using Engine engine = Engine.For<string>(async (context, _) =>
        {
            OrchestrationRun other = await Run(context.Subtask.Id == "a" ? "b" : "a").Task;
            await other.WaitAsync(CancellationToken.None);
            return "continued";
        });
        OrchestrationRun a = await engine.StartAsync(plan => plan.Add("a", "work"));
        await using IAsyncDisposable disposalOfA = a.Disposal();
        OrchestrationRun b = await engine.StartAsync(plan => plan.Add("b", "work"));
        await using IAsyncDisposable disposalOfB = b.Disposal();
        Run("a").SetResult(a);
        Run("b").SetResult(b);

        RunOutcome[] outcomes = [(await a.EndAsync()).Outcome, (await b.EndAsync()).Outcome];

        Assert.Equal([RunOutcome.Succeeded, RunOutcome.Failed], outcomes.Order());

        TaskCompletionSource<OrchestrationRun> Run(string id) => runs.GetOrAdd(id, _ => new TaskCompletionSource<OrchestrationRun>());
    }

    [Fact]
    public async Task Code_of_a_nested_run_may_wait_for_a_run_that_does_not_wait_for_it()
    {
        var outer = new TaskCompletionSource<OrchestrationRun>();
        var nested = new TaskCompletionSource<OrchestrationRun>();
        await using Engine engine = Nesting(async (context, start) =>
        {
            if (context.Subtask.Id == "inner")
            {
                return (await (await outer.Task).WaitAsync(CancellationToken.None)).Outcome.ToString();
            }

            nested.SetResult(await start("inner"));
            return "continued";
        });
        OrchestrationRun run = await engine.StartAsync(plan => plan.Add("outer", "work"));
        await using IAsyncDisposable disposal = run.Disposal();
        outer.SetResult(run);

        await run.EndAsync();
        OrchestrationRun inner = await nested.Task.InTimeAsync();
        await using IAsyncDisposable innerDisposal = inner.Disposal();

        Assert.Equal("Succeeded", (await inner.EndAsync()).GetOutput<string>("inner"));
    }

    [Fact]
    public async Task Code_that_does_not_flow_from_the_run_may_wait_for_it()
    {
        var own = new TaskCompletionSource<OrchestrationRun>();
        Task<RunResult>? later = null;
        await using Engine engine = Engine.For<string>(async (_, _) =>
        {
            OrchestrationRun run = await own.Task;
            using (ExecutionContext.SuppressFlow())
            {
                later = Task.Run(() => run.WaitAsync(CancellationToken.None), CancellationToken.None);
            }

            return "continued";
        });
        OrchestrationRun run = await engine.StartOneAsync();
        await using IAsyncDisposable disposal = run.Disposal();
        own.SetResult(run);

        await run.EndAsync();

        Assert.Equal(RunOutcome.Succeeded, (await later!.InTimeAsync()).Outcome);
    }
}
