using AgentOrchestration.Execution;
using AgentOrchestration.Graph;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

/// <summary>Executors of an application's own: one from nothing, one around the built-in one.</summary>
public sealed class CustomExecutorTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_executor_made_of_public_parts_alone_runs_plans()
    {
        await using Engine engine = Create(builder => builder.UseExecutor<OneByOneExecutor>());
        await using OrchestrationRun run = await StartAsync(engine);

        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Failed, 9), (result.Outcome, result.GetOutput<int>("sum")));
        Assert.Equal(
            [SubtaskState.Succeeded, SubtaskState.Succeeded, SubtaskState.Succeeded, SubtaskState.Failed, SubtaskState.Skipped],
            result.Subtasks.Select(subtask => subtask.State));
        Assert.Equal([0.5], (await Engine.EventsAsync(run)).OfType<ProgressReported>().Select(progress => progress.Fraction).Distinct());
        Assert.Equal("The run ended before it was asked to stop.", result["broken"].Error!.Message);
    }

    [Fact]
    public async Task What_a_simple_executor_does_not_offer_says_so()
    {
        await using Engine engine = Create(builder => builder.UseExecutor<OneByOneExecutor>());
        await using OrchestrationRun run = await StartAsync(engine);
        var question = new ApprovalRequested("fingerprint", default) { Sequence = 0, Time = default, SubtaskId = "one" };

        await Assert.ThrowsAsync<NotSupportedException>(async () => await run.CancelAsync("one", TestEnd));
        await Assert.ThrowsAsync<NotSupportedException>(() => run.ApproveAsync(question, cancellationToken: TestEnd));
        await Assert.ThrowsAsync<NotSupportedException>(() => run.ExtendBudgetAsync(new RunBudget(), TestEnd));
    }

    [Fact]
    public async Task An_executor_around_the_built_in_one_comes_from_the_container()
    {
        await using Engine engine = Create(builder => builder.UseExecutor((_, inner) => new CountingExecutor(inner)));
        await using OrchestrationRun run = await StartAsync(engine);

        RunResult result = await run.EndAsync();

        Assert.Equal((RunOutcome.Failed, 9), (result.Outcome, result.GetOutput<int>("sum")));
        Assert.Equal(1, Assert.IsType<CountingExecutor>(engine.Services.GetRequiredService<IExecutor>()).Started);
        Assert.Equal(1, run.GetSnapshot().Subtasks.Max(subtask => subtask.AttemptIntervals.Count));
        Assert.Equal(1, result.Timing.PeakParallelism);
    }

    private static Task<OrchestrationRun> StartAsync(Engine engine) => engine.StartAsync(plan =>
    {
        SubtaskRef one = plan.Add("one", "number", input: 4);
        SubtaskRef two = plan.Add("two", "number", input: 5);
        plan.Add("sum", "sum", input: new System.Text.Json.Nodes.JsonArray(one.Output(), two.Output()));
        SubtaskRef broken = plan.Add("broken", "number", input: -1);
        plan.Add("after", "number", input: broken.Output());
    });

    private static Engine Create(Func<IAgentOrchestrationBuilder, IAgentOrchestrationBuilder> use) => new(builder => use(builder)
        .AddTaskType<Number>()
        .AddTaskType("sum", "Adds.", (int[] numbers, TaskContext _, CancellationToken _) => ValueTask.FromResult(numbers.Sum())));

    [TaskType("number", Description = "Returns it.")]
    private sealed class Number : ITaskHandler<int, int>
    {
        public async ValueTask<int> ExecuteAsync(int input, TaskContext context, CancellationToken cancellationToken)
        {
            await Task.Yield();
            context.ReportProgress(0.5);
            return input < 0 ? throw new InvalidDataException("The run ended before it was asked to stop.") : input;
        }
    }

    /// <summary>Passes everything on, one subtask at a time.</summary>
    private sealed class CountingExecutor(IExecutor inner) : DelegatingExecutor(inner)
    {
        private int _started;

        public int Started => _started;

        public override ValueTask<IRunHandle> StartAsync(TaskGraph graph, RunOptions options, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _started);
            return base.StartAsync(graph, new RunOptions(options) { MaxParallelism = 1 }, cancellationToken);
        }
    }

    /// <summary>Runs one subtask after another.</summary>
    private sealed class OneByOneExecutor(IServiceScopeFactory scopes, TimeProvider timeProvider) : IExecutor
    {
        public ValueTask<IRunHandle> StartAsync(TaskGraph graph, RunOptions options, CancellationToken cancellationToken)
        {
            var run = new OneByOneRun(graph, scopes, timeProvider);
            run.Start();
            return ValueTask.FromResult<IRunHandle>(run);
        }
    }

    private sealed class OneByOneRun(TaskGraph graph, IServiceScopeFactory scopes, TimeProvider timeProvider) : IRunHandle
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly List<RunEvent> _events = [];
        private readonly object?[] _outputs = new object?[graph.Count];
        private readonly SubtaskState[] _states = new SubtaskState[graph.Count];
        private Task<RunOutcome>? _completion;

        public string RunId { get; } = "one-by-one";

        public TaskGraph Graph => graph;

        public Task<RunOutcome> Completion => _completion!;

        public void Start() => _completion = Task.Run(RunAsync);

        public async IAsyncEnumerable<RunEvent> WatchAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Completion.WaitAsync(cancellationToken);
            foreach (RunEvent next in _events)
            {
                yield return next;
            }
        }

        public RunSnapshot GetSnapshot()
        {
            lock (_events)
            {
                return RunSnapshot.Fold(_events);
            }
        }

        public async ValueTask CancelAsync(CancellationToken cancellationToken) => await _stop.CancelAsync();

        public async ValueTask DisposeAsync()
        {
            await CancelAsync(CancellationToken.None);
            await Completion;
            _stop.Dispose();
        }

        private async Task<RunOutcome> RunAsync()
        {
            Tell(new RunStarted(RunId, graph.Plan) { Sequence = 0, Time = default });
            while (Enumerable.Range(0, graph.Count).FirstOrDefault(IsNext, -1) is >= 0 and int next)
            {
                await RunAsync(next);
            }

            RunOutcome outcome = Array.TrueForAll(_states, state => state == SubtaskState.Succeeded) ? RunOutcome.Succeeded : RunOutcome.Failed;
            Tell(new RunEnded(outcome) { Sequence = 0, Time = default });
            return outcome;
        }

        private bool IsNext(int index) => _states[index] == SubtaskState.Pending && graph.GetDependencies(index).All(dependency => _states[dependency] != SubtaskState.Pending);

        private async Task RunAsync(int index)
        {
            string id = graph.Subtasks[index].Id;
            if (graph.GetDependencies(index).FirstOrDefault(dependency => _states[dependency] != SubtaskState.Succeeded, -1) is >= 0 and int cause)
            {
                _states[index] = SubtaskState.Skipped;
                Tell(new SubtaskSkipped(graph.Subtasks[cause].Id, SkipReason.Failed) { Sequence = 0, Time = default, SubtaskId = id });
                return;
            }

            Tell(new AttemptStarted(1) { Sequence = 0, Time = default, SubtaskId = id });
            await using AsyncServiceScope scope = scopes.CreateAsyncScope();
            TaskDescriptor taskType = graph.GetTaskType(index);
            try
            {
                var context = new Context(this, index, scope.ServiceProvider, timeProvider);
                _outputs[index] = await taskType.InvokeAsync(graph.BindInput(index, dependency => _outputs[dependency]), context, _stop.Token);
                _states[index] = SubtaskState.Succeeded;
                Tell(new SubtaskSucceeded(1, OutputOrigin.Executed, SharedWith: null) { Sequence = 0, Time = default, SubtaskId = id, Output = _outputs[index] });
            }
            catch (Exception exception)
            {
                _states[index] = SubtaskState.Failed;
                Tell(new SubtaskFailed(1, new SubtaskError(exception.GetType().Name, exception.Message)) { Sequence = 0, Time = default, SubtaskId = id });
            }
        }

        private void Tell(RunEvent next)
        {
            lock (_events)
            {
                int facts = _events.Count(fact => fact is not SubtaskTick);
                _events.Add(next with { Sequence = next is SubtaskTick ? facts - 1 : facts, Time = timeProvider.GetUtcNow() });
            }
        }

        private sealed class Context(OneByOneRun run, int index, IServiceProvider services, TimeProvider timeProvider) : TaskContext
        {
            public override string RunId => run.RunId;

            public override Subtask Subtask => run.Graph.Subtasks[index];

            public override TaskDescriptor TaskType => run.Graph.GetTaskType(index);

            public override int Attempt => 1;

            public override IServiceProvider Services => services;

            public override TimeProvider TimeProvider => timeProvider;

            public override void ReportProgress(double fraction, string? message = null) =>
                run.Tell(new ProgressReported(fraction, message) { Sequence = 0, Time = default, SubtaskId = Subtask.Id });
        }
    }
}
