namespace AgentOrchestration.Forecasting;

/// <summary>A row of the Gantt chart of a forecast. Times count from the start of the run.</summary>
/// <param name="Id">The subtask's id.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="TaskType">Its task type.</param>
/// <param name="Start">When its first attempt starts, or when the parts that it is made of are added. What needs neither starts when it ends.</param>
/// <param name="End">When it ends.</param>
public sealed record ForecastSubtask(string Id, string Name, string TaskType, TimeSpan Start, TimeSpan End)
{
    /// <summary>From the start to the end.</summary>
    public TimeSpan Duration => End - Start;

    /// <summary>How long it waits for a worker or for resources, when all it depends on is done.</summary>
    public TimeSpan Waited { get; init; }

    /// <summary>
    /// How much later it may end without the run ending later, when all others keep their order: those that depend on it, and those that
    /// start in the place that it leaves. At least; zero for what has ended already.
    /// </summary>
    public TimeSpan Slack { get; init; }

    /// <summary>Whether the run ends later when this takes longer.</summary>
    public bool IsCritical { get; init; }

    /// <summary>How it ends. Other than <see cref="SubtaskState.Succeeded"/> when a time limit or the budget does not suffice.</summary>
    public SubtaskState State { get; init; } = SubtaskState.Succeeded;
}
