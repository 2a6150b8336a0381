using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Tests.Execution;

/// <summary>A log that keeps warnings and errors, and lets a test wait for one.</summary>
internal sealed class LogOfWarnings : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly SemaphoreSlim _new = new(0);

    public IEnumerable<string> Lines => _lines;

    public void AddTo(IServiceCollection services) => services.AddLogging(builder => builder.AddProvider(this));

    /// <summary>Waits for a line.</summary>
    public async Task<string> SeeAsync(string part)
    {
        while (true)
        {
            if (_lines.FirstOrDefault(line => line.Contains(part, StringComparison.Ordinal)) is { } found)
            {
                return found;
            }

            await _new.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            _lines.Enqueue(formatter(state, exception));
            _new.Release();
        }
    }

    public void Dispose() => _new.Dispose();
}
