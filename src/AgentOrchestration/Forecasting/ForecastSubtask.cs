namespace AgentOrchestration.Forecasting;

/// <summary>A row of the Gantt chart of a forecast. Times count from the start of the run.</summary>
/// <param name="Id">The subtask's id.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="TaskType">Its task type.</param>
/// <param name="Start">When its first attempt starts, or when the parts that it is made of are added. What needs neither starts when it ends.</param>
/// <param name="End">When it ends.</param>
public sealed record ForecastSubtask(string Id, string Name, string TaskType, TimeSpan Start, TimeSpan End)
{
    /// <summary>Gets the time from the start to the end.</summary>
    /// <value>At least zero.</value>
    public TimeSpan Duration => End - Start;

    /// <summary>Gets the time for which the subtask waits for a worker or for resources after its dependencies are done.</summary>
    /// <value>The default value is zero.</value>
    public TimeSpan Waited { get; init; }

    /// <summary>
    /// Gets a lower bound of the time by which the subtask may end later without delaying the end of the run, when all others keep their order.
    /// </summary>
    /// <value>Zero for a subtask that has ended. The default value is zero.</value>
    public TimeSpan Slack { get; init; }

    /// <summary>Gets a value that indicates whether the run ends later when this subtask takes longer.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool IsCritical { get; init; }

    /// <summary>Gets the state in which the subtask ends.</summary>
    /// <value><see cref="SubtaskState.Succeeded"/>, unless a time limit or the budget does not suffice.</value>
    public SubtaskState State { get; init; } = SubtaskState.Succeeded;
}
