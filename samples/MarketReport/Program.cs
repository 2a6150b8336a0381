using MarketReport;
using Spectre.Console;

return await ReportCommand.Create(AnsiConsole.Console, Environment.GetEnvironmentVariable)
    .Parse(args)
    .InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
