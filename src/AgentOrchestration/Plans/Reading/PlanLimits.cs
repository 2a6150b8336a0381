using System.ComponentModel.DataAnnotations;

namespace AgentOrchestration.Plans.Reading;

/// <summary>Limits the size of a plan that is read from text. Reading ends where a limit is exceeded.</summary>
public sealed class PlanLimits
{
    private const int MinDepth = 4;
    private const int MaxDepth = 64;

    /// <summary>Gets or sets the maximum length of the whole text.</summary>
    /// <value>Bytes of UTF-8. The default value is 1,048,576.</value>
    [Range(1, int.MaxValue)]
    public int MaxAnswerLength { get; set; } = 1024 * 1024;

    /// <summary>Gets or sets the maximum number of subtasks, including those of nested plans.</summary>
    /// <value>The default value is 1,000.</value>
    [Range(1, int.MaxValue)]
    public int MaxSubtasks { get; set; } = 1_000;

    /// <summary>Gets or sets the maximum number of dependencies, including those of nested plans.</summary>
    /// <value>The default value is 10,000.</value>
    [Range(0, int.MaxValue)]
    public int MaxDependencies { get; set; } = 10_000;

    /// <summary>Gets or sets the maximum depth of nested arrays and objects. The text itself has the depth 1.</summary>
    /// <value>A number from 4 to 64. The default value is 64.</value>
    [Range(MinDepth, MaxDepth)]
    public int MaxAnswerDepth { get; set; } = MaxDepth;

    /// <summary>Gets or sets the maximum length of one string, property name or number.</summary>
    /// <value>Bytes of UTF-8, as written. The default value is 65,536.</value>
    [Range(1, int.MaxValue)]
    public int MaxTextLength { get; set; } = 64 * 1024;
}
