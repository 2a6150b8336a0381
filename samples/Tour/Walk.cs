using System.Text.Json;
using AgentOrchestration;
using AgentOrchestration.Plugins;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Tour;

/// <summary>A walk through the API: each stop is a few lines that an application would write.</summary>
internal static class Walk
{
    public static IHost BuildHost(IChatClient model)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddChatClient(model).UseOpenTelemetry();
        builder.Services.AddSingleton<ICsvReader, CsvReader>();

        builder.Services.AddAgentOrchestration(options => options.Runs.MaxParallelism = 16)
            .AddTaskType<DataProcessing>()
            .AddTaskType(
                "summarize",
                "Summarizes a table in three sentences.",
                async (Table input, TaskContext context, CancellationToken ct) =>
                    (await context.Chat.GetResponseAsync([new(ChatRole.System, "Summarize the table."), PromptData.Message("table", input.ToCsv())], cancellationToken: ct)).Text)
            .AddPlugin<WordCountPlugin>()
            .AddResource("gpu", capacity: 2)
            .UseResultCache(cache => cache.TimeToLive = TimeSpan.FromHours(1))
            .AddAlert("cpu", snapshot => snapshot.CpuUtilization > 0.80);
        return builder.Build();
    }

    public static async Task RunAsync(IHost host, TextWriter output, CancellationToken ct)
    {
        ITaskOrchestrator orchestrator = host.Services.GetRequiredService<ITaskOrchestrator>();
        var request = new OrchestrationRequest("Sales by region")
        {
            Inputs = { ["required_sections"] = new[] { "summary" } },
        };

        await output.WriteLineAsync("1. One line: plan, run, compile.");
        ReportDocument report = await orchestrator.RunAsync<ReportDocument>(request, ct);
        await output.WriteLineAsync($"   {report.Title}: {report.Summary}");

        await output.WriteLineAsync("2. Step by step: look at the plan, watch the run, compile the answer.");
        TaskPlan plan = await orchestrator.PlanAsync(request, ct);
        await output.WriteLineAsync($"   planned: {string.Join(", ", plan.Subtasks.Select(subtask => subtask.Id))}");
        await using (OrchestrationRun run = await orchestrator.StartAsync(plan, ct))
        {
            await foreach (RunEvent e in run.WatchAsync(ct))
            {
                await output.WriteLineAsync($"   {e.Sequence}: {e.GetType().Name}{(e is SubtaskEvent subtask ? $" {subtask.SubtaskId}" : "")}");
            }

            RunResult outcome = await run.WaitAsync(ct);
            OrchestrationResult<ReportDocument> compiled = await run.CompileAsync<ReportDocument>(ct);
            await output.WriteLineAsync($"   {outcome.Outcome}, {outcome.Succeeded.Count()} done: {compiled.Value.Title}");
        }

        await output.WriteLineAsync("3. No model needed: a plan by hand goes through the same checks.");
        TaskPlan handmade = TaskPlan.Create(plan =>
        {
            SubtaskRef<Table> sales = plan.Add<DataProcessing>("sales").With(new CsvFile("sales.csv"));
            SubtaskRef<Table> again = plan.Add<DataProcessing>("again").With(new CsvFile("sales.csv"));
            plan.Add(id: "summary", taskType: "summarize", input: sales.Output(), after: [again]);
        });
        await using (OrchestrationRun run = await orchestrator.StartAsync(handmade, ct))
        {
            RunResult outcome = await run.WaitAsync(ct);
            foreach (SubtaskSnapshot subtask in outcome.Subtasks)
            {
                await output.WriteLineAsync($"   {subtask.Subtask.Id}: {subtask.State}, output {subtask.Origin}");
            }
        }

        await output.WriteLineAsync("4. A bad plan is refused with everything that is wrong.");
        TaskPlan bad = TaskPlan.Create(plan =>
        {
            SubtaskRef words = plan.Add(id: "words", taskType: "word_count", input: new SubtaskRef("missing").Output());
            plan.Add(id: "summary", taskType: "sumarize", after: [words]);
        });
        foreach (PlanDiagnostic diagnostic in orchestrator.Check(bad))
        {
            await output.WriteLineAsync($"   {diagnostic.Code} at {diagnostic.Path}");
        }

        await output.WriteLineAsync("5. A plugin's task type, run by name.");
        IPluginRegistry plugins = host.Services.GetRequiredService<IPluginRegistry>();
        JsonElement count = await plugins.ExecuteAsync("words", "word_count", JsonElement.Parse("\"four words of text\""), ct);
        await output.WriteLineAsync($"   {count} words");
    }
}
