using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution.Hostile;

/// <summary>Whatever a handler does, its subtask ends, and so does the run.</summary>
public sealed class HandlerBehaviourTests
{
    [Fact]
    public async Task A_handler_that_throws_before_its_first_await_fails_its_subtask()
    {
        await using Engine engine = Engine.For<string>((_, _) => throw new InvalidDataException("Bad data."));

        SubtaskSnapshot subtask = (await engine.RunOneAsync())["only"];

        Assert.Equal(SubtaskState.Failed, subtask.State);
        Assert.Equal(("InvalidDataException", "Bad data."), (subtask.Error!.Kind, subtask.Error.Message));
        Assert.IsType<InvalidDataException>(subtask.Error.Exception);
    }

    [Fact]
    public async Task A_handler_that_throws_later_fails_its_subtask()
    {
        await using Engine engine = Engine.For<string>(async (_, _) =>
        {
            await Task.Yield();
            throw new InvalidDataException("Bad data.");
        });

        Assert.Equal("Bad data.", (await engine.RunOneAsync())["only"].Error!.Message);
    }

    [Fact]
    public async Task A_faulted_task_fails_the_subtask()
    {
        await using Engine engine = Engine.For((_, _) => ValueTask.FromException<string>(new InvalidDataException("Bad data.")));

        Assert.Equal(SubtaskState.Failed, (await engine.RunOneAsync())["only"].State);
    }

    [Fact]
    public async Task An_output_of_null_is_an_output()
    {
        await using Engine engine = Engine.For((_, _) => ValueTask.FromResult<string?>(null));

        RunResult result = await engine.RunOneAsync();

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Null(result.GetOutput<string?>("only"));
    }

    [Fact]
    public async Task A_cancellation_of_the_handlers_own_is_a_failure()
    {
        await using Engine engine = Engine.For<string>((_, _) => throw new OperationCanceledException("Its own."));

        RunResult result = await engine.RunOneAsync();

        Assert.Equal((RunOutcome.Failed, SubtaskState.Failed), (result.Outcome, result["only"].State));
    }

    [Fact]
    public async Task Handlers_that_block_their_threads_run_side_by_side()
    {
        using var both = new Barrier(2);
        await using Engine engine = Engine.For((_, stop) =>
        {
            both.SignalAndWait(stop);
            return ValueTask.FromResult("met");
        });

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("left", "work");
            plan.Add("right", "work");
        });

        Assert.Equal(2, result.Succeeded.Count());
    }

    [Fact]
    public async Task Progress_of_any_value_is_clamped_and_told_when_it_moves()
    {
        await using Engine engine = Engine.For((context, _) =>
        {
            context.ReportProgress(double.NaN);
            context.ReportProgress(-3);
            context.ReportProgress(0.5, "half");
            context.ReportProgress(0.501, "half");
            context.ReportProgress(7, "done");
            return ValueTask.FromResult("output");
        });
        OrchestrationRun run = await engine.StartOneAsync();
        await using IAsyncDisposable runDisposal = run.Disposal();

        List<ProgressReported> progress = [];
        await foreach (RunEvent next in run.WatchAsync(TestContext.Current.CancellationToken))
        {
            if (next is ProgressReported reported)
            {
                progress.Add(reported);
            }
        }

        Assert.Equal([(0, null), (0.5, "half"), (1, "done")], progress.Select(reported => (reported.Fraction, reported.Message)));
    }

    [Fact]
    public async Task Every_attempt_has_a_scope_of_its_own_that_ends_with_it()
    {
        List<ScopedThing> things = [];
        await using Engine engine = new(
            builder => builder.AddTaskType(
                "work",
                "Works.",
                (None _, TaskContext context, CancellationToken _) =>
                {
                    var thing = context.Services.GetRequiredService<ScopedThing>();
                    lock (things)
                    {
                        things.Add(thing);
                    }

                    return ValueTask.FromResult(thing.IsDisposed);
                }),
            services: services => services.AddScoped<ScopedThing>());

        RunResult result = await engine.RunAsync(plan =>
        {
            plan.Add("left", "work");
            plan.Add("right", "work");
        });

        Assert.Equal(2, things.Distinct().Count());
        Assert.All(things, thing => Assert.True(thing.IsDisposed));
        Assert.False(result.GetOutput<bool>("left"));
    }

    private sealed class ScopedThing : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
