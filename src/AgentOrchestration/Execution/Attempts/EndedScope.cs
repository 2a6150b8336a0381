using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Execution.Attempts;

/// <summary>Marks that an attempt has ended, in the place of its scope.</summary>
internal sealed class EndedScope : IServiceScope
{
    private EndedScope()
    {
    }

    public static EndedScope Instance { get; } = new();

    public IServiceProvider ServiceProvider => throw new ObjectDisposedException(nameof(IServiceScope));

    public void Dispose()
    {
        // There is nothing to dispose of.
    }
}
