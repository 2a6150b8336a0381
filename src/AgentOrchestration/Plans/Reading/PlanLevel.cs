namespace AgentOrchestration.Plans.Reading;

/// <summary>An object of an answer that may be the plan, or hold it.</summary>
internal sealed class PlanLevel
{
    /// <summary>Gets the properties that a plan does not have, as far as they are not judged yet.</summary>
    public List<(string Name, bool IsEmpty, bool IsNested)> Unknown { get; } = [];

    /// <summary>Gets or sets the property whose value is read.</summary>
    public string? Property { get; set; }

    /// <summary>Gets or sets a value that indicates that the list of subtasks appears in it.</summary>
    public bool HoldsList { get; set; }

    /// <summary>Gets or sets a value that indicates that the plan appears in one of its properties.</summary>
    public bool HoldsPlan { get; set; }

    public bool HasGoal { get; set; }

    public bool HasVersion { get; set; }

    public bool HasProperties { get; set; }

    /// <summary>Gets or sets a value that indicates that the array of an unknown property holds something.</summary>
    public bool HasItems { get; set; }
}
