using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Testing.Stores;

namespace AgentOrchestration.Testing;

/// <summary>One promise of <see cref="IRunStore"/>, and how it is checked.</summary>
public sealed class RunStoreCheck
{
    private readonly Func<StoreUnderTest, Task> _check;

    internal RunStoreCheck(string name, Func<StoreUnderTest, Task> check)
    {
        Name = name;
        _check = check;
    }

    /// <summary>Gets the guarantee that is checked, as a sentence.</summary>
    /// <value>Unique among the checks.</value>
    public string Name { get; }

    /// <summary>Checks the guarantee.</summary>
    /// <param name="open">
    /// Opens a store by a clock that the check moves. Called again within one check it opens the same runs once more, as another process
    /// would; a store that lives in one object gives it again. What it opens is not disposed of by the check.
    /// </param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <returns>A task that completes when the store has passed the check.</returns>
    /// <exception cref="RunStoreConformanceException">The store does not keep the promise.</exception>
    public async Task RunAsync(Func<TimeProvider, IRunStore> open, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(open);
        try
        {
            await _check(new StoreUnderTest(open, cancellationToken)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not RunStoreConformanceException && !cancellationToken.IsCancellationRequested)
        {
            throw new RunStoreConformanceException($"{Name}: the store threw {exception.GetType().Name}: {exception.Message}", exception);
        }
        catch (RunStoreConformanceException exception)
        {
            throw new RunStoreConformanceException($"{Name}: {exception.Message}", exception.InnerException);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
