using System.Text.Json;
using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Runs.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Durable;

/// <summary>Runs of one plan through the public API, in memory and in an SQLite file.</summary>
internal sealed class OurDurability(int concurrency, int tasks, int runs)
{
    private const string TaskType = "nothing";
    private const string Database = "runs.db";

    private readonly TaskPlan _plan = GraphPlans.Create(ConcurrentLayers.Create(concurrency, tasks), TaskType);

    /// <summary>In memory and durable by turns; medians.</summary>
    public async Task<DurableRow> MeasureAsync(int repetitions, CancellationToken cancellationToken)
    {
        List<double> inMemory = [];
        List<double> overheads = [];
        List<JournalCost> costs = [];
        double all = (double)tasks * runs;
        for (int i = 0; i < repetitions; i++)
        {
            TimeSpan memory = await RunInMemoryAsync(cancellationToken);
            JournalCost cost = await RunDurablyAsync(cancellationToken);
            inMemory.Add(memory.TotalMicroseconds / all);
            overheads.Add((cost.Time - memory).TotalMicroseconds / all);
            costs.Add(cost);
        }

        long payload = JsonSerializer.SerializeToUtf8Bytes(Answer.Instance, JsonSerializerOptions.Web).Length;
        return new DurableRow(
            DurableRow.Ours, concurrency, tasks, Statistics.Median(overheads), Statistics.Median(costs.Select(cost => (cost.BytesKept / all) - payload)))
        {
            MicrosecondsInMemory = Statistics.Median(inMemory),
            BytesGrown = Statistics.Median(costs.Select(cost => cost.BytesGrown / all)),
            BytesOfPlan = Statistics.Median(costs.Select(cost => cost.BytesOfPlans / all)),
            BytesOfEvents = Statistics.Median(costs.Select(cost => (cost.BytesOfEvents / all) - payload)),
            Runs = runs,
        };
    }

    private async Task<TimeSpan> RunInMemoryAsync(CancellationToken cancellationToken)
    {
        await using ServiceProvider services = Create(database: null);
        return await RunAsync(services, cancellationToken);
    }

    private async Task<JournalCost> RunDurablyAsync(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        string database = folder.PathOf(Database);
        TimeSpan time;
        long grown;
        await using (ServiceProvider services = Create(database))
        {
            // The file is made when it is first needed, which belongs to no subtask.
            _ = services.GetRequiredService<IRunStore>();
            long before = folder.Bytes;
            time = await RunAsync(services, cancellationToken);
            grown = folder.Bytes - before;
        }

        return Weigh(database, time, grown);
    }

    private async Task<TimeSpan> RunAsync(ServiceProvider services, CancellationToken cancellationToken)
    {
        ITaskOrchestrator orchestrator = services.GetRequiredService<ITaskOrchestrator>();
        GC.Collect();
        long start = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < runs; i++)
        {
            await using OrchestrationRun run = await orchestrator.StartAsync(_plan, cancellationToken);
            RunResult result = await run.WaitAsync(cancellationToken);
            if (result.Outcome != RunOutcome.Succeeded)
            {
                throw new InvalidOperationException("A run did not succeed.");
            }
        }

        return TimeProvider.System.GetElapsedTime(start);
    }

    private ServiceProvider Create(string? database)
    {
        var services = new ServiceCollection();
        var builder = services.AddAgentOrchestration(options => options.Runs.MaxParallelism = concurrency)
            .AddTaskType(TaskType, "Does nothing.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult(Answer.Instance));
        if (database is not null)
        {
            builder.UseSqlite(database);
        }

        return services.BuildServiceProvider();
    }

    private static JournalCost Weigh(string database, TimeSpan time, long grown)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = database, Pooling = false }.ToString());
        connection.Open();
        Shrink(connection);
        return new JournalCost(time, grown, new FileInfo(database).Length)
        {
            BytesOfPlans = Sum(connection, "SELECT sum(length(content)) FROM headers"),
            BytesOfEvents = Sum(connection, "SELECT sum(length(events)) FROM journal"),
        };
    }

    private static void Shrink(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "VACUUM; PRAGMA wal_checkpoint(TRUNCATE);";
        command.ExecuteNonQuery();
    }

    private static long Sum(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Text of this class; nothing from outside is in it.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}
