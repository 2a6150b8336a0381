using System.ComponentModel.DataAnnotations;

namespace AgentOrchestration.Planning;

/// <summary>What a decomposer may cost, and how large a plan that a model writes may be.</summary>
public sealed class PlanningOptions
{
    /// <summary>How often a refused plan goes back to the decomposer with its diagnostics, from 0. Default: 2.</summary>
    [Range(0, 10)]
    public int MaxRepairs { get; set; } = 2;

    /// <summary>The longest answer of a model that is read, in characters. Default: 1,048,576.</summary>
    [Range(1, int.MaxValue)]
    public int MaxAnswerLength { get; set; } = 1024 * 1024;

    /// <summary>The most subtasks in a plan that a decomposer makes. Default: 1,000.</summary>
    [Range(1, int.MaxValue)]
    public int MaxSubtasks { get; set; } = 1_000;

    /// <summary>The most dependencies in a plan that a decomposer makes. Default: 10,000.</summary>
    [Range(0, int.MaxValue)]
    public int MaxDependencies { get; set; } = 10_000;
}
