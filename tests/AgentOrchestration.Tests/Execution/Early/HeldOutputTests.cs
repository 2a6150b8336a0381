using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;
using static AgentOrchestration.Tests.Execution.Early.EarlyPlans;

namespace AgentOrchestration.Tests.Execution.Early;

/// <summary>Outputs that were made early: the cache and the journal have them, and nobody else sees them.</summary>
public sealed class HeldOutputTests
{
    private readonly Steps _steps = new();
    private readonly Checkpoint _first = new();
    private int _made;
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_cache_has_a_held_output_only_when_it_counts_and_what_it_has_is_not_made_early()
    {
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        await using Engine engine = _steps.Engine(also: builder => builder.UseResultCache());
        await using OrchestrationRun run = await engine.StartAsync(Cacheable);
        await Engine.SeeAsync<OutputHeld>(run);
        RunResult other = await engine.RunAsync(plan => Steps.Add(plan, "second", "pure"));
        Assert.Equal(OutputOrigin.Executed, other["second"].Origin);

        _first.Open();
        RunResult result = await run.EndAsync();
        Assert.Equal(OutputOrigin.Executed, result["second"].Origin);
        Assert.Equal(2, _steps.Executed.Count(id => id == "second"));

        var again = new Checkpoint();
        _steps.Code["first"] = (_, stop) => again.PassAsync(stop);
        await using OrchestrationRun cached = await engine.StartAsync(Cacheable);
        await again.Reached;
        again.Open();
        Assert.Equal(OutputOrigin.Cached, (await cached.EndAsync())["second"].Origin);
        Assert.DoesNotContain(await Engine.EventsAsync(cached), next => next is AttemptStarted { IsEarly: true });

        static void Cacheable(TaskPlanBuilder plan) => Steps.Add(plan, "second", "pure", after: [Steps.Add(plan, "first", "read")]);
    }

    [Fact]
    public async Task A_held_output_that_counts_is_kept_in_the_cache()
    {
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        await using Engine engine = _steps.Engine(also: builder => builder.UseResultCache());
        await using OrchestrationRun run = await engine.StartAsync(plan => Steps.Add(plan, "second", "pure", after: [Steps.Add(plan, "first", "read")]));
        await Engine.SeeAsync<OutputHeld>(run);
        _first.Open();
        await run.EndAsync();

        RunResult other = await engine.RunAsync(plan => Steps.Add(plan, "second", "pure"));

        Assert.Equal((OutputOrigin.Cached, 1), (other["second"].Origin, _steps.Executed.Count(id => id == "second")));
    }

    [Fact]
    public async Task Nobody_watches_the_text_of_work_that_may_come_to_nothing()
    {
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        _steps.Code["second"] = (context, _) =>
        {
            context.StreamText("guess");
            return Task.CompletedTask;
        };
        await using Engine engine = _steps.Engine();
        await using OrchestrationRun run = await engine.StartAsync(Ordered);
        await Engine.SeeAsync<OutputHeld>(run);
        _first.Open();

        Assert.DoesNotContain(await Engine.EventsAsync(run), next => next is TextStreamed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_held_output_survives_its_process(bool isLarge)
    {
        string padding = new('x', isLarge ? 50_000 : 10);
        var reached = new Checkpoint();
        var host = new DurableHost(
            builder =>
            {
                _steps.Add(builder);
                builder.AddTaskType("padded", "Works.", (TaskContext _) => { Interlocked.Increment(ref _made); return padding; }, type => type.Effect = TaskEffect.Read);
                builder.AddTaskType("length", "Measures.", (string text) => text.Length);
            },
            options => options.Runs.Extra = new ExtraWork { EarlyShare = 1 });
        _steps.Code["first"] = (_, stop) => reached.PassAsync(stop);
        string runId;
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(
                TaskPlan.Create(plan =>
                {
                    SubtaskRef second = plan.Add("second", "padded", after: [Steps.Add(plan, "first", "read")]);
                    plan.Add("third", "length", input: second.Output());
                }),
                TestEnd);
            await Engine.SeeAsync<OutputHeld>(run);
            runId = run.RunId;
        }

        host.ProcessDies();
        _steps.Code.Remove("first");
        RunResult result = await host.ResumeToEndAsync(runId);

        Assert.Equal((RunOutcome.Succeeded, padding.Length, 1), (result.Outcome, result.GetOutput<int>("third"), _made));
        Assert.Empty(result.Savings.Extra);
        Assert.Equal(1, result["second"].Attempts);
    }

    [Fact]
    public async Task A_held_output_that_counts_is_there_when_the_run_continues()
    {
        var third = new Checkpoint();
        _steps.Code["first"] = (_, stop) => _first.PassAsync(stop);
        _steps.Code["third"] = (_, stop) => third.PassAsync(stop);
        var host = new DurableHost(_steps.Add, options => options.Runs.Extra = new ExtraWork { EarlyShare = 1 });
        string runId;
        await using (ServiceProvider process = host.NewProcess())
        {
            await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(Ordered), TestEnd);
            await Engine.SeeAsync<OutputHeld>(run);
            _first.Open();
            await third.Reached;
            runId = run.RunId;
        }

        host.ProcessDies();
        _steps.Code.Remove("third");
        RunResult result = await host.ResumeToEndAsync(runId);

        Assert.Equal(("second()", "third(second())"), (result.GetOutput<string>("second"), result.GetOutput<string>("third")));
        Assert.Equal(["first", "second", "third", "third"], _steps.Executed.Order());
    }
}
