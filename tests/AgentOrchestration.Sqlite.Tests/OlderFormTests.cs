using AgentOrchestration.Runs.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>
/// Files that earlier versions of the library have written are opened, brought to the form of this one, and their runs continue. Each form that was ever
/// written is kept in Forms: a run that has ended, and one that was interrupted with an approval open and a result beside its journal.
/// </summary>
public sealed class OlderFormTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("form-4", null)]
    [InlineData("form-4-keyed", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")]
    public async Task The_runs_of_a_file_of_an_older_form_continue(string form, string? key)
    {
        using var folder = new TemporaryFolder();
        foreach (string end in (string[])["", "-mark"])
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, "Forms", form + ".db" + end), folder.Database + end);
        }

        List<string> begun = [];
        await using (ServiceProvider process = Create(folder.Database, key, begun))
        {
            ITaskOrchestrator orchestrator = process.GetRequiredService<ITaskOrchestrator>();
            IRunStore store = process.GetRequiredService<IRunStore>();
            Assert.Equal(["ended", "interrupted"], await IdsAsync(store, new RunQuery { Name = "old", Tags = new Dictionary<string, string> { ["form"] = "4" } }));
            Assert.Equal(["interrupted"], await IdsAsync(store, new RunQuery { IsEnded = false }));
            RunLease lease = (await store.ClaimAsync(new RunClaim { Owner = "claimer", Duration = TimeSpan.FromMinutes(1), Max = 5, TaskTypes = [] }, TestEnd)).Single();
            Assert.Equal("interrupted", lease.RunId);
            await store.ReleaseLeaseAsync(lease, TestEnd);

            await using OrchestrationRun run = await orchestrator.ResumeAsync("interrupted", TestEnd);
            await run.ApproveAsync(run.GetSnapshot().Subtasks.Single(subtask => subtask.Subtask.Id == "pay").PendingApproval!, cancellationToken: TestEnd);
            RunResult result = await run.WaitAsync(TestEnd);

            Assert.Equal(RunOutcome.Succeeded, result.Outcome);
            Assert.Equal(["hold", "pay"], begun.Order(StringComparer.Ordinal));
            Assert.Equal(40_000, result.GetOutput<string>("first").Length);
        }

        // As a file of this form.
        await using (ServiceProvider process = Create(folder.Database, key, begun))
        {
            await using OrchestrationRun run = await process.GetRequiredService<ITaskOrchestrator>().AttachAsync("interrupted", TestEnd);
            Assert.Equal("second", (await run.WaitAsync(TestEnd)).GetOutput<string>("second"));
            Assert.Equal(2, (await IdsAsync(process.GetRequiredService<IRunStore>(), new RunQuery { IsEnded = true })).Length);
        }
    }

    private static async Task<string[]> IdsAsync(IRunStore store, RunQuery query)
    {
        List<string> ids = [];
        await foreach (StoredRun run in store.ListAsync(query, TestEnd))
        {
            ids.Add(run.RunId);
        }

        return [.. ids];
    }

    private static ServiceProvider Create(string path, string? key, List<string> begun)
    {
        IAgentOrchestrationBuilder builder = new ServiceCollection().AddAgentOrchestration();
        builder = key is null ? builder.UseSqlite(path) : builder.UseSqlite(path, Convert.FromHexString(key));
        builder.AddTaskType("note", "Notes its id.", (None _, TaskContext context, CancellationToken _) => Begin(context, context.Subtask.Id));
        builder.AddTaskType("long", "Makes a long text.", (None _, TaskContext context, CancellationToken _) => Begin(context, "short"));
        builder.AddTaskType("pay", "Pays.", (None _, TaskContext context, CancellationToken _) => Begin(context, 1), type => type.RequiresApproval = true);
        builder.AddTaskType("hold", "Waits.", (None _, TaskContext context, CancellationToken _) => Begin(context, 1));
        return builder.Services.BuildServiceProvider();

        ValueTask<T> Begin<T>(TaskContext context, T output)
        {
            lock (begun)
            {
                begun.Add(context.Subtask.Id);
            }

            return ValueTask.FromResult(output);
        }
    }
}
