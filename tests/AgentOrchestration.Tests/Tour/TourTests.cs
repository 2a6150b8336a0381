using Microsoft.Extensions.Hosting;
using Tour;

namespace AgentOrchestration.Tests.Tour;

/// <summary>The tour is the API as its users write it: it compiles, it runs, and it prints what it promises.</summary>
public sealed class TourTests
{
    [Fact]
    public async Task The_tour_prints_what_it_promises()
    {
        using var model = new OfflineModel();
        using IHost host = Walk.BuildHost(model);
        await using var output = new StringWriter { NewLine = "\n" };

        await Walk.RunAsync(host, output, TestContext.Current.CancellationToken);

        Assert.Equal(
            """
            1. One line: plan, run, compile.
               Sales by region: Toasters sell best in the south, kettles in the north.
            2. Step by step: look at the plan, watch the run, compile the answer.
               planned: sales, summary
               0: RunStarted
               1: WorkAvoided sales
               2: SubtaskSucceeded sales
               3: AttemptStarted summary
               4: UsageCounted summary
               5: SubtaskSucceeded summary
               6: RunEnded
               Succeeded, 2 done: Sales by region
            3. No model needed: a plan by hand goes through the same checks.
               sales: Succeeded, output Cached
               again: Succeeded, output Cached
               summary: Succeeded, output Executed
            4. A bad plan is refused with everything that is wrong.
               UnknownDependency at /subtasks/0/dependsOn/0
               UnknownTaskType at /subtasks/1/type
            5. A plugin's task type, run by name.
               4 words

            """,
            output.ToString());
    }
}
