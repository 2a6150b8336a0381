using AgentOrchestration.Tasks;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

public sealed class TestTaskContextTests
{
    [Fact]
    public void What_a_handler_reports_is_recorded()
    {
        var context = new TestTaskContext();

        context.ReportProgress(2, "more than all");
        context.ReportProgress(double.NaN);
        context.StreamText("one ");
        context.StreamText("two");
        context.ReportUsage(new TaskUsage(1, 2, 3));
        context.ReportUsage(new TaskUsage(1, 2, 3));
        context.AddSubtasks(plan => plan.Add("next", "work"));

        Assert.Equal([new ReportedProgress(1, "more than all"), new ReportedProgress(0, null)], context.Progress);
        Assert.Equal("one two", context.Text);
        Assert.Equal(new TaskUsage(2, 4, 6), context.Usage);
        Assert.Equal(["next"], context.Additions.Select(subtask => subtask.Id));
    }

    [Fact]
    public async Task Calls_of_its_chat_client_count_as_used()
    {
        using var chat = new ScriptedChatClient().Answer("four words of answer");
        await using ServiceProvider services = new ServiceCollection().AddSingleton<IChatClient>(chat).BuildServiceProvider();
        var context = new TestTaskContext(services);

        await context.Chat.GetResponseAsync("two words", cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(TaskUsage.Of(new ModelUsage { InputTokens = 2, OutputTokens = 4 }), context.Usage);
    }

    [Fact]
    public void Everything_has_a_default_and_can_be_told()
    {
        Assert.Equal(("test/test", 1), (new TestTaskContext().IdempotencyKey, new TestTaskContext().Attempt));
        Assert.Equal("r/s", new TestTaskContext(runId: "r", subtask: new Subtask { Id = "s", TaskType = "work" }).IdempotencyKey);
        Assert.Equal(["other"], new TestTaskContext(missingInputs: ["other"]).MissingInputs);
    }
}
