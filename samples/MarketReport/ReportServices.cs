using MarketReport.Models;
using MarketReport.Publishing;
using MarketReport.Tasks;
using MarketReport.Terminal;
using Microsoft.Extensions.DependencyInjection;

namespace MarketReport;

/// <summary>Everything the report is made of, in one container.</summary>
internal static class ReportServices
{
    private static readonly TimeSpan LongestModelCall = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestReuse = TimeSpan.FromDays(7);

    /// <param name="settings">What the command line asks for.</param>
    /// <param name="variable">Reads an environment variable.</param>
    public static ServiceProvider Build(ReportSettings settings, Func<string, string?> variable)
    {
        var services = new ServiceCollection();
        services.AddSingleton(settings);
        services.AddSingleton<AlertList>();
        services.AddChatClient(_ => ModelFactory.Create(settings.Model, variable));
        IAgentOrchestrationBuilder builder = services.AddAgentOrchestration(options => options.Runs.MaxParallelism = settings.MaxParallelism)
            .AddTaskType<CollectData>()
            .AddTaskType<AnalyzeMarket>()
            .AddTaskType<AnalyzeCompetitors>()
            .AddTaskType<AnalyzeTrends>()
            .AddTaskType<AssessOpportunities>()
            .AddTaskType<GenerateCharts>()
            .AddTaskType<WriteSection>(options =>
            {
                options.Timeout = LongestModelCall;
                options.CacheTimeToLive = LongestReuse;
            })
            .AddTaskType<Assemble>()
            .UseResultCompiler<ReportDocument, ReportCompiler>()
            .AddAlertSink<AlertListSink>();
        if (settings.IsDurable)
        {
            // What is written also depends on the topic, which is no input of the subtask.
            _ = settings.Postgres is { } postgres ? builder.UsePostgres(postgres) : builder.UseSqlite(Path.Combine(settings.OutputFolder, ReportSettings.RunsFile));
            builder.UseResultCache(cache => cache.Partition = _ => settings.Topic);
        }

        return services.BuildServiceProvider();
    }
}
