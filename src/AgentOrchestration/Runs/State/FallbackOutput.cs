using System.Text.Json;

namespace AgentOrchestration.Runs.State;

/// <summary>The output of a subtask whose work has failed for good.</summary>
internal sealed class FallbackOutput
{
    private readonly Lazy<object?> _output;

    /// <param name="json">The output as JSON.</param>
    /// <param name="error">Why the work failed.</param>
    /// <param name="read">Reads the output when it is first looked at, outside of the core. Default: it stays JSON.</param>
    /// <param name="worker">The identical subtask that has done the work for both; <see langword="null"/> for none.</param>
    public FallbackOutput(JsonElement json, SubtaskError error, Func<object?>? read = null, int? worker = null)
    {
        Json = json;
        Error = error;
        Worker = worker;
        _output = new Lazy<object?>(read ?? (() => json));
    }

    public JsonElement Json { get; }

    public SubtaskError Error { get; }

    public int? Worker { get; }

    public object? Output => _output.Value;
}
