using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentOrchestration.Plans.Diagnostics;

/// <summary>A logger whose providers may throw: they only observe, and change nothing that is done.</summary>
/// <typeparam name="T">The category.</typeparam>
/// <param name="inner">The logger.</param>
internal sealed class CalmLogger<T>(ILogger inner) : ILogger<T>
{
    /// <summary>A logger of the application, when it logs.</summary>
    public static ILogger<T> Of(ILoggerFactory? factory)
    {
        try
        {
            return factory is null ? NullLogger<T>.Instance : new CalmLogger<T>(new ShownLogger<T>(new Logger<T>(factory)));
        }
        catch (Exception)
        {
            return NullLogger<T>.Instance;
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        try
        {
            return inner.BeginScope(state);
        }
        catch (Exception)
        {
            return null;
        }
    }

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return inner.IsEnabled(logLevel);
        }
        catch (Exception)
        {
            return false;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception)
        {
            // There is nowhere to report it: the log is what has failed.
        }
    }
}
