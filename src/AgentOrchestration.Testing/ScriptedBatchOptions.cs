namespace AgentOrchestration.Testing;

/// <summary>Specifies how a <see cref="ScriptedBatchEndpoint"/> behaves.</summary>
public sealed class ScriptedBatchOptions
{
    /// <summary>Gets the seed of how long batches take.</summary>
    /// <value>The default value is 0.</value>
    public int Seed { get; init; }

    /// <summary>Gets the time in which half of the batches are answered.</summary>
    /// <value>Greater than zero. The default value is 7 minutes, as one provider has measured it.</value>
    public TimeSpan Median { get; init; } = TimeSpan.FromMinutes(7);

    /// <summary>Gets the time in which nine of ten batches are answered. In between they are distributed as a lognormal variable is.</summary>
    /// <value>At least <see cref="Median"/>. The default value is 1 hour.</value>
    public TimeSpan NinthDecile { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Gets the time after which a batch expires: what is not answered by then never is.</summary>
    /// <value>Greater than zero. The default value is 24 hours.</value>
    public TimeSpan Window { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Gets the time that a batch needs to be cancelled.</summary>
    /// <value>At least zero. The default value is 5 minutes.</value>
    public TimeSpan CancelTime { get; init; } = TimeSpan.FromMinutes(5);
}
