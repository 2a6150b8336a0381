namespace AgentOrchestration.Plans.Preview;

/// <summary>A line of a tree that is still to be written.</summary>
/// <param name="Scope">The plan that it belongs to.</param>
/// <param name="Id">The subtask that it represents; <see langword="null"/> for the plan as a whole.</param>
/// <param name="Index">Where that subtask appears in the plan; <see langword="null"/> when it is not there.</param>
internal readonly record struct PlanTreeEntry(PlanTreeScope Scope, string? Id, int? Index)
{
    /// <summary>What stands before its branch.</summary>
    public string Indent { get; init; } = "";

    /// <summary>How many lines it stands under.</summary>
    public int Depth { get; init; }

    /// <summary>Whether it ends the lines of what it stands under.</summary>
    public bool IsLast { get; init; }

    /// <summary>Whether what it stands under continues though it does not succeed.</summary>
    public bool IsOptional { get; init; }
}
