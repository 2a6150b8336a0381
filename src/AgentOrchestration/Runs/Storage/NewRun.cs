namespace AgentOrchestration.Runs.Storage;

/// <summary>A run for a store to remember.</summary>
/// <param name="RunId">Its id, as <see cref="RunIds"/> allows.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Header">What never changes about it, in JSON.</param>
public sealed record NewRun(string RunId, DateTimeOffset CreatedAt, ReadOnlyMemory<byte> Header)
{
    /// <summary>Gets the short name of the run, by which it can be listed.</summary>
    /// <value>The default value is <see langword="null"/>: none.</value>
    public string? Name { get; init; }

    /// <summary>Gets what the run is for, in words, cut to a length that fits a list.</summary>
    /// <value>The default value is empty.</value>
    public string Goal { get; init; } = "";

    /// <summary>Gets the labels of the run, by which it can be listed.</summary>
    /// <value>The default value is empty.</value>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = RunTags.None;

    /// <summary>Gets the task types that the run needs, each as its name and its version, such as <c>render@2</c>: only a process that has them all can drive it.</summary>
    /// <value>The default value is empty: any process can drive it.</value>
    public IReadOnlyCollection<string> TaskTypes { get; init; } = [];

    /// <summary>Gets how many subtasks its plan has.</summary>
    /// <value>The default value is 0.</value>
    public int Subtasks { get; init; }
}
