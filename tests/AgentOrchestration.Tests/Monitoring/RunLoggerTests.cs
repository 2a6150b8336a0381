using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace AgentOrchestration.Tests.Monitoring;

public sealed class RunLoggerTests
{
    [Fact]
    public async Task The_log_of_a_run_says_start_end_duration_outcome_and_what_the_process_used_for_each_subtask()
    {
        var probe = new FakeProbe();
        var watched = new TaskCompletionSource();
        Engine? engine = null;
        engine = new Engine(
            builder => builder.AddTaskType("work", "Works.", async (int seconds, TaskContext _, CancellationToken _) =>
            {
                await watched.Task.InTimeAsync();
                probe.Use(TimeSpan.FromSeconds(seconds) * 1.5, memoryMiB: 100 * seconds);
                engine!.Clock.Advance(TimeSpan.FromSeconds(seconds));
                return "done";
            }),
            services: services => services.AddFakeLogging().AddSingleton<IResourceProbe>(probe));
        await using Engine owned = engine;
        OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef first = plan.Add("first", "work", input: 4);
            plan.Add("second", "work", input: 2, after: [first]);
        });
        watched.SetResult();
        await run.EndAsync();
        await run.DisposeAsync();

        Assert.Equal(
            [
                $"Run {run.RunId} started: 2 subtasks.",
                $"Run {run.RunId}: first succeeded after 00:00:04, output Executed; the process used 00:00:06 of cpu and up to 400 MiB meanwhile.",
                $"Run {run.RunId}: second succeeded after 00:00:02, output Executed; the process used 00:00:03 of cpu and up to 400 MiB meanwhile.",
                $"Run {run.RunId} Succeeded after 00:00:06.",
            ],
            LinesOf(engine).Select(line => line.Message));
        Assert.All(LinesOf(engine), line => Assert.Equal(LogLevel.Information, line.Level));
        Assert.All(LinesOf(engine), line => Assert.Equal(run.RunId, line.GetStructuredStateValue("RunId")));
    }

    [Fact]
    public async Task Failures_are_warnings_while_they_are_retried_and_errors_in_the_end()
    {
        await using Engine engine = new(
            builder => builder.AddTaskType(
                "fail",
                "Fails.",
                ValueTask<string> (None _, TaskContext context, CancellationToken _) => throw new InvalidTimeZoneException($"Try {context.Attempt} broke."),
                options =>
                {
                    options.Retry.MaxAttempts = 2;
                    options.Retry.Delay = TimeSpan.Zero;
                }),
            services: services => services.AddFakeLogging());
        await using OrchestrationRun run = await engine.StartAsync(plan =>
        {
            SubtaskRef bad = plan.Add("bad", "fail");
            plan.Add("child", "fail", after: [bad]);
        });
        await engine.AdvanceUntilAsync(run.EndAsync(), TimeSpan.FromSeconds(1));
        await run.DisposeAsync();

        FakeLogRecord retried = Assert.Single(LinesOf(engine), line => line.Message.Contains("attempt 1 of bad failed", StringComparison.Ordinal));
        FakeLogRecord failed = Assert.Single(LinesOf(engine), line => line.Message.Contains(": bad failed", StringComparison.Ordinal));
        FakeLogRecord skipped = Assert.Single(LinesOf(engine), line => line.Message.EndsWith("child was skipped, because bad failed.", StringComparison.Ordinal));
        Assert.Equal((LogLevel.Warning, LogLevel.Error, LogLevel.Warning), (retried.Level, failed.Level, skipped.Level));
        Assert.EndsWith("Try 1 broke.", retried.Message, StringComparison.Ordinal);
        Assert.Equal("Try 2 broke.", Assert.IsType<InvalidTimeZoneException>(failed.Exception).Message);
        Assert.Contains($"Run {run.RunId} Failed after", LinesOf(engine)[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_is_in_the_log()
    {
        await using Engine engine = new(
            builder => builder.AddTaskType("wait", "Waits.", async (None _, TaskContext _, CancellationToken stop) =>
            {
                await Task.Delay(Timeout.Infinite, stop);
                return None.Value;
            }),
            services: services => services.AddFakeLogging());
        OrchestrationRun run = await engine.StartAsync(plan => plan.Add("only", "wait"));
        await Engine.SeeAsync<AttemptStarted>(run);
        await run.DisposeAsync();

        Assert.Equal(
            [$"Run {run.RunId}: only was cancelled.", $"Run {run.RunId} Cancelled after 00:00:00."],
            LinesOf(engine).Skip(1).Select(line => line.Message));
    }

    [Fact]
    public async Task An_attempt_that_starts_is_in_the_log_for_whoever_debugs_only()
    {
        await using Engine engine = new(
            builder => builder.AddTaskType("work", "Works.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(1)),
            services: services => services.AddFakeLogging().AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug)));
        await using OrchestrationRun run = await engine.StartAsync(plan => plan.Add("only", "work"));
        await run.EndAsync();
        await run.DisposeAsync();

        FakeLogRecord started = Assert.Single(LinesOf(engine), line => line.Message == $"Run {run.RunId}: only (work) started, attempt 1.");
        Assert.Equal(LogLevel.Debug, started.Level);
    }

    [Fact]
    public async Task No_input_and_no_output_is_in_the_log()
    {
        await using Engine engine = new(
            builder => builder.AddTaskType("echo", "Repeats.", (string text, TaskContext _, CancellationToken _) => ValueTask.FromResult(text)),
            services: services => services.AddFakeLogging(options => options.FilteredLevels.Clear()));

        await engine.RunAsync(plan => plan.Add("only", "echo", input: "the-secret"));

        Assert.DoesNotContain(engine.Services.GetFakeLogCollector().GetSnapshot(), line => line.Message.Contains("the-secret", StringComparison.Ordinal));
    }

    private static FakeLogRecord[] LinesOf(Engine engine) =>
        [.. engine.Services.GetFakeLogCollector().GetSnapshot().Where(line => line.Category!.EndsWith("RunLogger", StringComparison.Ordinal))];
}
