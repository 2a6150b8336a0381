namespace AgentOrchestration.Results;

/// <summary>Turns the outputs of a run into the answer. Implementations must be safe for concurrent use.</summary>
/// <typeparam name="T">The type of the answer.</typeparam>
public interface IResultCompiler<T>
{
    /// <summary>Compiles the answer of a run that succeeded.</summary>
    /// <param name="result">The run and its outputs.</param>
    /// <param name="cancellationToken">Cancels the compiling.</param>
    /// <returns>The answer.</returns>
    ValueTask<T> CompileAsync(RunResult result, CancellationToken cancellationToken);
}
