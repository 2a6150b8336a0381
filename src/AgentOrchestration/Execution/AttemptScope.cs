using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Execution;

/// <summary>The scope of one attempt: made on first use, once whoever asks at the same time, and never after the attempt has ended.</summary>
internal sealed class AttemptScope(IServiceScopeFactory? scopes)
{
    private readonly Lock _gate = new();
    private IServiceScope? _scope;
    private bool _hasEnded;

    /// <summary>The scope of attempts that have ended without one.</summary>
    public static AttemptScope Ended { get; } = new(null) { _hasEnded = true };

    /// <summary>Gets the services; <see langword="null"/> after the attempt has ended.</summary>
    public IServiceProvider? Services
    {
        get
        {
            lock (_gate)
            {
                return _hasEnded ? null : (_scope ??= scopes!.CreateScope()).ServiceProvider;
            }
        }
    }

    /// <summary>Ends the scope, and disposes of what it made.</summary>
    public ValueTask EndAsync()
    {
        IServiceScope? scope;
        lock (_gate)
        {
            _hasEnded = true;
            scope = _scope;
            _scope = null;
        }

        if (scope is IAsyncDisposable disposable)
        {
            return disposable.DisposeAsync();
        }

        scope?.Dispose();
        return ValueTask.CompletedTask;
    }
}
