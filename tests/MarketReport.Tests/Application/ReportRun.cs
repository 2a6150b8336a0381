using System.CommandLine;
using System.Text.Json;
using LoopbackModel;
using MarketReport.Models;
using Spectre.Console;

namespace MarketReport.Tests.Application;

/// <summary>The program as a person runs it, with a folder of its own and, if wanted, a model server on loopback.</summary>
internal sealed class ReportRun : IAsyncDisposable
{
    private readonly ScreenText _screen = new();
    private readonly IAnsiConsole _console;
    private readonly Dictionary<string, string?> _variables = [];
    private readonly OfflineModel _model = new();
    private LoopbackModelServer? _server;

    public ReportRun()
    {
        _console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(_screen) });
        _console.Profile.Width = 160;
        Folder = Directory.CreateTempSubdirectory("market-report-").FullName;
    }

    public string Folder { get; }

    public string Output => Path.Combine(Folder, "out");

    /// <summary>What the terminal showed, with line breaks made spaces, so that texts are found wherever they break.</summary>
    public string Screen => string.Join(' ', _screen.ToString().Split('\n').Select(line => line.Trim()));

    public LoopbackModelServer Server => _server ?? throw new InvalidOperationException("The run has no model server.");

    /// <summary>Starts a server that speaks the OpenAI protocol in front of the offline rules.</summary>
    public async Task<LoopbackModelServer> StartServerAsync()
    {
        _server = await LoopbackModelServer.StartAsync(_model);
        _variables[ModelFactory.EndpointVariable] = _server.Endpoint.ToString();
        _variables[ModelFactory.KeyVariable] = "a-key";
        return _server;
    }

    public void Set(string variable, string? value) => _variables[variable] = value;

    public Task<int> RunAsync(params string[] arguments) => RunAsync(TestContext.Current.CancellationToken, arguments);

    public Task<int> RunAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        string[] all = arguments.Contains("--out") ? arguments : [.. arguments, "--out", Output];
        ParseResult parsed = ReportCommand.Create(_console, _variables.GetValueOrDefault).Parse(all);
        var configuration = new InvocationConfiguration { Output = TextWriter.Null, Error = new StringWriter(), EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        return parsed.InvokeAsync(configuration, cancellationToken);
    }

    public bool Has(string file) => File.Exists(Path.Combine(Output, file));

    public string Read(string file) => File.ReadAllText(Path.Combine(Output, file));

    public JsonElement ReadRun() => JsonElement.Parse(Read("run.json"));

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        _model.Dispose();
        await _screen.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
