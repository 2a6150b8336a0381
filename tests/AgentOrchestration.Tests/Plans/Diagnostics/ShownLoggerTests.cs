using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace AgentOrchestration.Tests.Plans.Diagnostics;

/// <summary>What the library writes to a log, whoever wrote the text.</summary>
public sealed class ShownLoggerTests
{
    private const string Evil = "x\n2026-11-28 INFO admin logged in\u001b[2J\u202e\u0007";

    [Fact]
    public async Task No_text_of_an_error_makes_an_entry_of_its_own_or_acts_on_a_terminal()
    {
        var logs = new FakeLogCollector();
        await using var engine = new Engine(
            builder => builder.AddTaskType<None, int>("fails", "Fails.", (_, _, _) =>
                throw new InvalidOperationException($"outer {Evil}", new AggregateException($"inner {Evil}", new ArgumentException($"first {Evil}"), new Untold())))
                .Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(logs))));

        RunResult result = await engine.RunAsync(plan => plan.Add("a", "fails"));

        Assert.Equal($"outer {Evil}", result["a"].Error!.Message);
        FakeLogRecord entry = Assert.Single(logs.GetSnapshot(), log => log.Level == LogLevel.Error);
        Assert.Contains("a failed after", entry.Message, StringComparison.Ordinal);
        Assert.Contains("outer x 2026-11-28 INFO admin logged in\uFFFD[2J\uFFFD\uFFFD", entry.Message, StringComparison.Ordinal);
        Assert.Equal("outer x 2026-11-28 INFO admin logged in\uFFFD[2J\uFFFD\uFFFD", entry.GetStructuredStateValue("Error"));
        string exception = entry.Exception!.ToString();
        Assert.All(["System.InvalidOperationException: outer x", "System.ArgumentException: first x", "   at "], text => Assert.Contains(text, exception, StringComparison.Ordinal));
        Assert.All(logs.GetSnapshot(), log => AssertClean(log.Message));
        Assert.All(logs.GetSnapshot(), log => Assert.All(log.StructuredState ?? [], pair => AssertClean(pair.Value ?? "")));
        AssertClean(entry.Exception.Message);
        Assert.All(exception.ReplaceLineEndings("\n").Split('\n'), line =>
        {
            AssertClean(line);
            Assert.False(line.StartsWith("2026", StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task An_error_with_plain_text_is_logged_as_it_was_thrown()
    {
        var logs = new FakeLogCollector();
        await using var engine = new Engine(
            builder => builder.AddTaskType<None, int>("fails", "Fails.", (_, _, _) => throw new InvalidOperationException("The disk is full."))
                .Services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(logs))));

        RunResult result = await engine.RunAsync(plan => plan.Add("a", "fails"));

        Assert.Same(result["a"].Error!.Exception, Assert.Single(logs.GetSnapshot(), log => log.Level == LogLevel.Error).Exception);
    }

    [Fact]
    public async Task A_huge_message_is_cut_in_results_events_the_log_and_the_journal()
    {
        var logs = new FakeLogCollector();
        DurableHost host = new(builder => builder.AddTaskType<None, int>("fails", "Fails.", (_, _, _) => throw new InvalidOperationException(new string('x', 10_000_000)))
            .Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(logs))));
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("a", "fails")), TestContext.Current.CancellationToken);

        RunResult result = await run.EndAsync();

        Assert.EndsWith("… (cut, 10000000 characters in all)", result["a"].Error!.Message, StringComparison.Ordinal);
        Assert.All(await Engine.EventsAsync(run), next => Assert.InRange((next as SubtaskFailed)?.Error.Message.Length ?? 0, 0, 65_536));
        Assert.All(await host.JournalAsync(run.RunId), line => Assert.InRange(line.Length, 0, 70_000));
        await run.DisposeAsync();
        Assert.Contains(logs.GetSnapshot(), log => log.Exception is not null);
        Assert.All(logs.GetSnapshot(), log => Assert.InRange(log.Message.Length + (log.Exception?.ToString().Length ?? 0), 0, 140_000));
        Assert.InRange(new OrchestrationFailedException(result).Message.Length, 0, 70_000);
    }

    private static void AssertClean(string text) => Assert.Same(text, ShownText.Line(text));

    private sealed class Untold : Exception
    {
        public override string Message => throw new InvalidOperationException(Evil);

        public override string ToString() => throw new InvalidOperationException(Evil);
    }
}
