using AgentOrchestration;
using AgentOrchestration.Runs.Events;
using MarketReport.Terminal;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace MarketReport.Tests.Application;

/// <summary>The live view of a terminal, whatever shape the run has.</summary>
public sealed class LiveProgressTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plan_within_a_plan_and_the_items_of_a_list_are_counted_on_the_line_of_their_subtask()
    {
        string screen = await WatchAsync(plan =>
        {
            TaskPlan innermost = TaskPlan.Create(inner => inner.Add("third", "work"));
            plan.AddPlan("whole", TaskPlan.Create(inner =>
            {
                inner.Add("first", "work");
                inner.AddPlan("second", innermost);
            }));
            plan.ForEach("each", plan.Add("list", "list").Output(), "take");
        });

        Assert.Contains("whole 3 of 3", screen, StringComparison.Ordinal);
        Assert.Contains("each 40 of 40", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subtasks_that_a_run_adds_are_counted_on_the_line_of_the_one_that_added_them()
    {
        string screen = await WatchAsync(plan => plan.Add("grows", "grows"));

        Assert.Contains("grows 3 of 3", screen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_work_reports_steers_no_terminal()
    {
        string screen = await WatchAsync(plan => plan.Add("reports", "reports"), until: "[red]");

        Assert.DoesNotContain("\u001b]0;", screen, StringComparison.Ordinal);
        Assert.DoesNotContain('\u0007', screen);
        Assert.DoesNotContain('\u202e', screen);
    }

    private static async Task<string> WatchAsync(Action<TaskPlanBuilder> plan, string until = "")
    {
        await using var text = new ScreenText();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = 120;
        var services = new ServiceCollection();
        services.AddAgentOrchestration()
            .AddTaskType<None, int>("work", "Works.", (_, _, _) => ValueTask.FromResult(1))
            .AddTaskType<None, int[]>("list", "Lists.", (_, _, _) => ValueTask.FromResult(Enumerable.Range(0, 40).ToArray()))
            .AddTaskType<int, int>("take", "Takes an item.", (item, _, _) => ValueTask.FromResult(item))
            .AddTaskType<None, int>("reports", "Reports.", async (_, context, stop) =>
            {
                context.ReportProgress(0.5, "[red]\u001b]0;owned\u0007\u202e");
                while (!text.ToString().Contains(until, StringComparison.Ordinal))
                {
                    stop.ThrowIfCancellationRequested();
                    await Task.Yield();
                }

                return 1;
            })
            .AddTaskType<None, int>("grows", "Adds subtasks.", (_, context, _) =>
            {
                context.AddSubtasks(more =>
                {
                    more.Add("a", "work");
                    more.Add("b", "work");
                    more.Add("c", "work");
                });
                return ValueTask.FromResult(1);
            });
        await using ServiceProvider provider = services.BuildServiceProvider();
        await using OrchestrationRun run = await provider.GetRequiredService<ITaskOrchestrator>().StartAsync(TaskPlan.Create(plan), TestEnd);

        IReadOnlyList<RunEvent> events = await LiveProgress.WatchAsync(console, run);

        Assert.Equal(RunOutcome.Succeeded, Assert.IsType<RunEnded>(events[^1]).Outcome);
        return text.ToString();
    }
}
