namespace AgentOrchestration.Tests.Architecture.Documentation;

/// <summary>What the examples of the documentation take for granted: the namespaces, and an application with a few types and variables.</summary>
internal static class ExampleSetting
{
    public const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Linq;
        using System.Net.Http;
        using System.Text.Json;
        using System.Threading;
        using System.Threading.Tasks;
        using AgentOrchestration;
        using AgentOrchestration.Execution;
        using AgentOrchestration.Forecasting;
        using AgentOrchestration.Graph;
        using AgentOrchestration.Optimization;
        using AgentOrchestration.Planning;
        using AgentOrchestration.Plans;
        using AgentOrchestration.Plans.Diagnostics;
        using AgentOrchestration.Postgres;
        using AgentOrchestration.Resources;
        using AgentOrchestration.Results;
        using AgentOrchestration.Runs;
        using AgentOrchestration.Runs.Events;
        using AgentOrchestration.Runs.Storage;
        using AgentOrchestration.Sqlite;
        using AgentOrchestration.Tasks;
        using AgentOrchestration.Tasks.Batching;
        using AgentOrchestration.Tasks.Deferring;
        using AgentOrchestration.Testing;
        using Microsoft.Extensions.AI;
        using Microsoft.Extensions.DependencyInjection;

        """;

    public const string Types = """
        public sealed record CsvFile(string Path);
        public sealed record Row(string Name, int Amount);
        public sealed record Order(string Id);
        public sealed record Stay(DateOnly From, DateOnly To);
        public sealed record Booking(string Number);
        public sealed record ReportDocument(string Title);
        public sealed record MergeInput(IReadOnlyList<Row> Sales, Table Costs, int Year);

        public sealed record Table(IReadOnlyList<Row> Rows)
        {
            public static Task<Table> ReadAsync(CsvFile file, CancellationToken cancellationToken) => throw new NotSupportedException();
            public string ToCsv() => "";
        }

        public abstract class Handler<TInput, TOutput>
        {
            public ValueTask<TOutput> ExecuteAsync(TInput input, TaskContext context, CancellationToken cancellationToken) => throw new NotSupportedException();
        }

        [TaskType("read_table")] public sealed class ReadTable : Handler<CsvFile, Table>, ITaskHandler<CsvFile, Table>;
        [TaskType("summarize")] public sealed class Summarize : Handler<Table, string>, ITaskHandler<Table, string>;
        [TaskType("merge")] public sealed class Merge : Handler<MergeInput, Table>, ITaskHandler<MergeInput, Table>;
        [TaskType("check")] public sealed class Check : Handler<Row, bool>, ITaskHandler<Row, bool>;
        [TaskType("plot")] public sealed class Plot : Handler<IReadOnlyList<Row>, None>, ITaskHandler<IReadOnlyList<Row>, None>;

        [TaskType("payment")] public sealed class Payment : Handler<string, None>, ITaskHandler<string, None>;
        [TaskType("download")] public sealed class Download : Handler<Uri, string>, ITaskHandler<Uri, string>;

        public sealed class MyExecutor(IExecutor inner) : DelegatingExecutor(inner);

        public sealed class MyDecomposer : ITaskDecomposer
        {
            public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken) => throw new NotSupportedException();
        }

        public interface IHotel
        {
            Task<Booking> BookAsync(Stay stay, string key, CancellationToken cancellationToken);
            Task CancelAsync(Booking booking, CancellationToken cancellationToken);
        }

        public sealed class CsvPlugin : IPlugin
        {
            public string Name => "csv";
            public void Configure(IAgentOrchestrationBuilder builder) => builder.AddTaskType<ReadTable>();
        }

        public sealed class ConsoleSink : IRunEventSink
        {
            public bool IsEnabled => true;
            public void OnEvent(string runId, RunEvent runEvent) => Console.WriteLine(runEvent);
        }

        public abstract class Setting
        {
            protected readonly IServiceCollection services = null!;
            protected readonly IAgentOrchestrationBuilder builder = null!;
            protected readonly ITaskOrchestrator orchestrator = null!;
            protected readonly OrchestrationRun run = null!;
            protected readonly TaskPlan plan = null!;
            protected readonly IChatClient model = null!;
            protected readonly Order order = null!;
            protected readonly SubtaskRef<Table> sales = null!;
            protected readonly SubtaskRef audit;
            protected readonly SubtaskRef forecast;
            protected readonly string json = "";
            protected readonly string key = "";
            protected readonly CancellationToken cancellationToken;
            protected long lastSeen;
        }
        """;
}
