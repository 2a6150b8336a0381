using AgentOrchestration.Postgres.Tests.Server;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Tests.Workers;
using DurableWorker;

namespace AgentOrchestration.Postgres.Tests;

/// <summary>One process submits runs, follows and commands them; others drive them.</summary>
public sealed class SubmittedRunTests(SharedPostgres shared)
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory(Explicit = true)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Runs_are_driven_by_those_who_claim_them_and_commanded_from_elsewhere(bool isPooled)
    {
        string connection = await shared.ConnectionStringAsync(isPooled);
        string schema = shared.NewSchema();
        await using var submitter = new InProcessHost(connection, schema, TimeSpan.Zero);
        await using var one = new InProcessHost(connection, schema, TimeSpan.FromMilliseconds(1));
        await using var other = new InProcessHost(connection, schema, TimeSpan.FromMilliseconds(1));
        string held = await submitter.Orchestrator.SubmitAsync(TaskPlan.Create(plan => plan.Add("wait", "hold")), cancellationToken: TestEnd);
        List<string> ids = [];
        for (int i = 0; i < 10; i++)
        {
            ids.Add(await submitter.Orchestrator.SubmitAsync(WorkerPlan.Create(), cancellationToken: TestEnd));
        }

        await Task.WhenAll(one.ClaimAsync(), other.ClaimAsync());
        foreach (string id in ids)
        {
            await using OrchestrationRun followed = await submitter.Orchestrator.AttachAsync(id, TestEnd);
            Assert.Equal(RunOutcome.Succeeded, (await followed.WaitAsync(TestEnd)).Outcome);
        }

        await using OrchestrationRun waiting = await submitter.Orchestrator.AttachAsync(held, TestEnd);
        await foreach (RunEvent next in waiting.WatchAsync(TestEnd))
        {
            if (next is AttemptStarted)
            {
                await waiting.CancelAsync(cancellationToken: TestEnd);
            }
        }

        Assert.Equal(RunOutcome.Cancelled, (await waiting.WaitAsync(TestEnd)).Outcome);
        await using PostgresRunStore store = await shared.OpenAsync(schema);
        foreach (string id in ids)
        {
            Committed journal = await Committed.ReadAsync(store, id);
            Assert.Equal(WorkerPlan.Count, journal.Count);
            journal.Judge([.. one.EffectsOf(id), .. other.EffectsOf(id)]);
        }

        Assert.Empty(submitter.EffectsOf(held));
        Assert.Equal(11, (await store.ListAsync(new RunQuery { IsEnded = true })).Length);
    }
}
