namespace AgentOrchestration.Runs.Storage;

/// <summary>A request for leases of runs that nobody drives: a process takes as many as it has room for, and only what it can run.</summary>
public sealed record RunClaim
{
    /// <summary>Gets who claims.</summary>
    /// <value>Names a process or the like.</value>
    public required string Owner { get; init; }

    /// <summary>Gets how long the leases are good.</summary>
    /// <value>Greater than zero.</value>
    public required TimeSpan Duration { get; init; }

    /// <summary>Gets how many runs there is room for.</summary>
    /// <value>At least 1.</value>
    public required int Max { get; init; }

    /// <summary>Gets the task types that the claimer has, as <see cref="NewRun.TaskTypes"/> names them. A run that needs another one is left alone.</summary>
    /// <value>The default value is <see langword="null"/>: it takes any run.</value>
    public IReadOnlyCollection<string>? TaskTypes { get; init; }

    /// <summary>Gets the ids of runs that the claimer does not want now.</summary>
    /// <value>The default value is empty.</value>
    public IReadOnlyCollection<string> Except { get; init; } = [];

    /// <summary>Refuses what no store answers. Every <see cref="IRunStore"/> asks it before anything else.</summary>
    /// <exception cref="ArgumentException">
    /// <see cref="Owner"/> is empty, <see cref="Duration"/> is not greater than zero, <see cref="Max"/> is below 1, or <see cref="RunIds"/> refuses an id.
    /// </exception>
    public void ThrowIfInvalid()
    {
        ArgumentException.ThrowIfNullOrEmpty(Owner);
        if (Duration <= TimeSpan.Zero)
        {
            throw new ArgumentException($"{nameof(RunClaim)}.{nameof(Duration)} is {Duration}; it must be greater than zero.");
        }

        if (Max < 1)
        {
            throw new ArgumentException($"{nameof(RunClaim)}.{nameof(Max)} is {Max}; it must be at least 1.");
        }

        foreach (string runId in Except)
        {
            RunIds.ThrowIfInvalid(runId);
        }
    }

    /// <summary>Determines whether the claimer has all task types that a run needs and wants the run.</summary>
    /// <param name="run">The run.</param>
    /// <returns><see langword="true"/> if it takes the run, provided that the run has not ended and nobody else drives it.</returns>
    public bool Takes(StoredRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return (TaskTypes is null || run.TaskTypes.All(TaskTypes.Contains)) && !Except.Contains(run.RunId);
    }
}
