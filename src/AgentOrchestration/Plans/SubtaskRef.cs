namespace AgentOrchestration;

/// <summary>Refers to a subtask of the plan being built.</summary>
/// <param name="Id">The subtask's id; of one that a run has added, the whole id with its slashes.</param>
/// <example>
/// <code>
/// SubtaskRef sales = plan.Add("sales", "read_table", "sales.csv");
/// plan.Add("summary", "summarize", sales.Output(), after: [plan.Add("audit", "audit_files")]);
/// </code>
/// </example>
public readonly record struct SubtaskRef(string Id)
{
    /// <summary>Refers to the subtask's output in the input of another subtask, which becomes dependent on it.</summary>
    /// <param name="path">A JSON pointer (RFC 6901) to a part of the output, such as <c>/rows/0</c>; empty for all of it.</param>
    /// <returns>A reference to the output, or to a part of it.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is neither empty nor begins with <c>/</c>.</exception>
    public SubtaskOutput Output(string path = "")
    {
        ArgumentNullException.ThrowIfNull(path);
        return path.Length > 0 && path[0] != '/'
            ? throw new ArgumentException($"'{path}' is not a JSON pointer: it must be empty or begin with '/'.", nameof(path))
            : new SubtaskOutput(Id, path);
    }
}
