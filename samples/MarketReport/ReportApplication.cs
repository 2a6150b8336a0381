using AgentOrchestration;
using AgentOrchestration.Forecasting;
using AgentOrchestration.Optimization;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Storage;
using MarketReport.Models;
using MarketReport.Output;
using MarketReport.Publishing;
using MarketReport.Reading;
using MarketReport.Terminal;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace MarketReport;

/// <summary>The main job: request, plan, run, report; and for everything that can go wrong one message that says what to do.</summary>
/// <param name="settings">What the command line asks for.</param>
/// <param name="console">The terminal.</param>
/// <param name="variable">Reads an environment variable.</param>
internal sealed class ReportApplication(ReportSettings settings, IAnsiConsole console, Func<string, string?> variable)
{
    private readonly ReportScreen _screen = new(console);

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await MakeReportAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is MarketDataException or OutputException or ModelException)
        {
            _screen.ShowError(exception.Message);
            return ExitCode.BadInput;
        }
        catch (InvalidPlanException exception)
        {
            _screen.ShowRefusedPlan(exception);
            return ExitCode.Failed;
        }
        catch (RunDetachedException exception)
        {
            _screen.ShowDetached(exception, settings);
            return cancellationToken.IsCancellationRequested ? ExitCode.Cancelled : ExitCode.Failed;
        }
        catch (Exception exception) when (settings.IsDurable && exception is RunStoreException || (settings.Resumes is not null && exception is ArgumentException or InvalidOperationException))
        {
            _screen.ShowError(exception.Message);
            return ExitCode.BadInput;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _screen.ShowError("Cancelled while planning; nothing was started.");
            return ExitCode.Cancelled;
        }
        catch (Exception exception) when (ModelFailure.Describe(exception) is not null)
        {
            _screen.ShowError(ModelFailure.Describe(exception)!);
            return ExitCode.BadInput;
        }
    }

    private async Task<int> MakeReportAsync(CancellationToken cancellationToken)
    {
        // What cannot be read is said before a model is paid for a plan.
        MarketData data = MarketCsv.Read(settings.DataFile, settings.Excluded, settings.Included, settings.Columns);
        ReportFolder folder = ReportFolder.Open(settings.OutputFolder);
        await using ServiceProvider services = ReportServices.Build(settings, variable);
        ITaskOrchestrator orchestrator = services.GetRequiredService<ITaskOrchestrator>();
        var request = new OrchestrationRequest($"Market report: {settings.Topic}")
        {
            Inputs = { ["topic"] = settings.Topic, ["required_sections"] = ReportSettings.Sections },
        };

        _screen.ShowHeader(settings, data);
        (OrchestrationRun started, Forecast forecast) = await StartAsync(orchestrator, services.GetService<IResultCacheControl>(), request, cancellationToken);
        await using OrchestrationRun run = started;
        await using CancellationTokenRegistration cancelling = cancellationToken.UnsafeRegister(_ => _ = StopAsync(run).AsTask(), null);
        IReadOnlyList<RunEvent> events = await _screen.WatchAsync(run);
        RunResult result = await run.WaitAsync(CancellationToken.None);
        List<string> files = [folder.Write("run.json", RunRecord.Of(settings.Topic, result, events).ToJson())];
        _screen.ShowAlerts(services.GetRequiredService<AlertList>());

        if (result.Outcome != RunOutcome.Succeeded)
        {
            files.Add(folder.Write(PartialReport.FileName, PartialReport.Render(settings.Topic, result)));
            _screen.ShowUnfinished(result, files);
            return ExitCodeOf(result);
        }

        ReportDocument report = (await run.CompileAsync<ReportDocument>(CancellationToken.None)).Value;
        files.Add(folder.Write("report.md", MarkdownReport.Render(report)));
        files.Add(folder.Write("report.html", HtmlReport.Render(report, RunSection.Of(forecast, result))));
        _screen.ShowSummary(settings, result, report, files);
        return ExitCode.Success;
    }

    /// <summary>A durable run stays as it is, to go on later; another is cancelled.</summary>
    private ValueTask StopAsync(OrchestrationRun run) => settings.IsDurable ? run.DisposeAsync() : run.CancelAsync();

    private async Task<(OrchestrationRun Run, Forecast Forecast)> StartAsync(
        ITaskOrchestrator orchestrator, IResultCacheControl? results, OrchestrationRequest request, CancellationToken cancellationToken)
    {
        if (settings.Resumes is { } runId)
        {
            OrchestrationRun resumed = await orchestrator.ResumeAsync(runId, cancellationToken);
            _screen.ShowPlan(resumed.Plan);
            _screen.ShowReused(resumed.GetSnapshot());
            return (resumed, orchestrator.Forecast(resumed.Plan));
        }

        if (settings.StartsEarly)
        {
            OrchestrationRun early = await _screen.WhilePlanningAsync(() => orchestrator.StartAsync(request, cancellationToken));
            _screen.ShowPlan(early.Plan);
            Forecast whole = orchestrator.Forecast(early.Plan);
            _screen.ShowForecast(whole);
            return (early, whole);
        }

        if (results is not null)
        {
            await results.WarmFromJournalAsync(cancellationToken);
        }

        TaskPlan plan = await _screen.WhilePlanningAsync(() => orchestrator.PlanAsync(request, cancellationToken));
        _screen.ShowPlan(plan);
        Forecast forecast = orchestrator.Forecast(plan);
        _screen.ShowForecast(forecast);
        OrchestrationRun run = await orchestrator.StartAsync(plan, cancellationToken);
        if (settings.IsDurable)
        {
            _screen.ShowRunId(run.RunId);
        }

        return (run, forecast);
    }

    private static int ExitCodeOf(RunResult result) => result.Outcome switch
    {
        RunOutcome.Cancelled => ExitCode.Cancelled,
        _ when result.Failed.Any(failed => failed.Error?.Exception is MarketDataException) => ExitCode.BadInput,
        _ => ExitCode.Failed,
    };
}
