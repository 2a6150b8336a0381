using System.Collections;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Plans.Diagnostics;

/// <summary>
/// The log of an application as the library writes to it: texts of models, of tools and of errors reach it as <see cref="ShownText"/> shows them, so
/// that none of them makes an entry of its own or acts on a terminal. Entries that hold nothing such are passed on as they are.
/// </summary>
internal sealed class ShownLogger<T>(ILogger log) : ILogger<T>
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => log.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => log.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Exception? shown = ShownException.Of(exception);
        if (state is IReadOnlyList<KeyValuePair<string, object?>> values && HasActing(values))
        {
            log.Log(logLevel, eventId, new ShownState(values, ShownText.Line(formatter(state, shown))), shown, static (state, _) => state.ToString());
        }
        else
        {
            log.Log(logLevel, eventId, state, shown, formatter);
        }
    }

    private static bool HasActing(IReadOnlyList<KeyValuePair<string, object?>> values)
    {
        for (int i = 0; i < values.Count; i++)
        {
            if (values[i].Value is string text && !ReferenceEquals(ShownText.Line(text), text))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Sinks that write the entry by themselves take its values.</summary>
    private sealed class ShownState(IReadOnlyList<KeyValuePair<string, object?>> values, string text) : IReadOnlyList<KeyValuePair<string, object?>>
    {
        public int Count => values.Count;

        public KeyValuePair<string, object?> this[int index] =>
            values[index] is { Value: string value } pair ? new(pair.Key, ShownText.Line(value)) : values[index];

        public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
        {
            for (int i = 0; i < Count; i++)
            {
                yield return this[i];
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override string ToString() => text;
    }
}
