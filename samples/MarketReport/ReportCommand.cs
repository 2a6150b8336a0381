using System.CommandLine;
using System.Globalization;
using MarketReport.Models;
using MarketReport.Reading;
using Microsoft.Extensions.DependencyInjection;
using Spectre.Console;

namespace MarketReport;

/// <summary>The command line.</summary>
internal static class ReportCommand
{
    private const string DefaultTopic = "Battery-electric cars in Europe";
    private const string DefaultData = "european-cars.csv";
    private const string DefaultSource = "Our World in Data (CC BY 4.0), \"European vehicle passenger sales\", from ICCT European Vehicle Market Statistics and the EEA; columns reduced and figures rounded";

    /// <param name="console">The terminal.</param>
    /// <param name="variable">Reads an environment variable.</param>
    public static RootCommand Create(IAnsiConsole console, Func<string, string?> variable)
    {
        var topic = new Option<string>("--topic") { Description = "What the report is about.", DefaultValueFactory = _ => DefaultTopic };
        var data = new Option<string?>("--data") { Description = "A CSV file: names, years or dates, and numeric measures. Default: the sample's own." };
        var size = new Option<string?>("--size") { Description = "The column that measures the size of the market, or the measure to report where each row names its own. Default: the first amount that adds up.", HelpName = "COLUMN" };
        var entity = new Option<string?>("--entity") { Description = "The column that names the competitor or market of each row. Default: the first text that repeats over periods.", HelpName = "COLUMN" };
        var date = new Option<string?>("--date") { Description = "The column of years or dates. Default: found by its name and values.", HelpName = "COLUMN" };
        var exclude = new Option<string[]>("--exclude") { Description = "An entity that stays out of sums and ranks; may be given several times.", DefaultValueFactory = _ => [] };
        var include = new Option<string[]>("--include") { Description = "An entity that counts, though it looks like a total over others; may be given several times.", DefaultValueFactory = _ => [] };
        var output = new Option<string>("--out") { Description = "The folder that the report is written to.", DefaultValueFactory = _ => "report-out" };
        var parallelism = new Option<int>("--max-parallelism") { Description = "How many subtasks run at a time.", DefaultValueFactory = _ => 5 };
        var model = new Option<string>("--model")
        {
            Description = $"Who plans and writes: offline, or openai:NAME with {ModelFactory.KeyVariable} and {ModelFactory.EndpointVariable}.",
            DefaultValueFactory = _ => ModelChoice.OfflineName,
        };
        var stream = new Option<bool?>("--stream") { Description = "Start the run while the model still writes its plan; only pure work begins before the plan is whole. Default: yes, when the model is online and the run is not durable." };
        var durable = new Option<bool>("--durable") { Description = "Remember the run in runs.db beside the report, so that it goes on after a crash." };
        var postgres = new Option<string?>("--postgres") { Description = "Remember the run in this PostgreSQL database instead, so that it continues on any machine.", HelpName = "CONNECTION" };
        var resume = new Option<string?>("--resume") { Description = "Go on with a durable run: its id. What was finished is not done again.", HelpName = "RUN" };
        parallelism.Validators.Add(result =>
        {
            // What is no number at all, the parser reports by itself.
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out int number) && number < 1)
            {
                result.AddError("--max-parallelism must be at least 1.");
            }
        });
        model.Validators.Add(result =>
        {
            if (ModelChoice.TryParse(result.GetValueOrDefault<string>() ?? "") is null)
            {
                result.AddError("--model is neither 'offline' nor 'openai:NAME'.");
            }
        });

        postgres.Validators.Add(result =>
        {
            try
            {
                // It connects when it is first needed; what is malformed is said now.
                new ServiceCollection().AddAgentOrchestration().UsePostgres(result.GetValueOrDefault<string?>() ?? "");
            }
            catch (ArgumentException exception)
            {
                result.AddError($"--postgres: {exception.Message}");
            }
        });

        var command = new RootCommand("Makes a market report from a CSV file: a plan, a parallel run, and a report with charts.")
        {
            topic, data, size, entity, date, exclude, include, output, parallelism, model, stream, durable, postgres, resume,
        };
        command.SetAction((arguments, cancellationToken) =>
        {
            string? file = arguments.GetValue(data);
            var settings = new ReportSettings(
                arguments.GetValue(topic)!,
                file ?? Path.Combine(AppContext.BaseDirectory, "Data", DefaultData),
                file is null ? DefaultSource : null,
                arguments.GetValue(exclude)!,
                arguments.GetValue(include)!,
                arguments.GetValue(output)!,
                arguments.GetValue(parallelism),
                ModelChoice.TryParse(arguments.GetValue(model)!)!)
            {
                Columns = new ColumnChoice(arguments.GetValue(size), arguments.GetValue(entity), arguments.GetValue(date)),
                Streams = arguments.GetValue(stream),
                IsDurable = arguments.GetValue(durable) || arguments.GetValue(postgres) is not null || arguments.GetValue(resume) is not null,
                Postgres = arguments.GetValue(postgres),
                Resumes = arguments.GetValue(resume),
            };
            return new ReportApplication(settings, console, variable).RunAsync(cancellationToken);
        });
        return command;
    }
}
