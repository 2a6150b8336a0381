using AgentOrchestration.Resources;

namespace AgentOrchestration.Tasks;

/// <summary>What is decided about a task type where it is registered. The attributes of a class give the first values.</summary>
public sealed class TaskTypeOptions
{
    /// <summary>What it does to the world. Default: the attribute's, or <see cref="TaskEffect.Write"/>.</summary>
    public TaskEffect Effect { get; set; }

    /// <summary>Changes when an earlier answer to the same input is no longer good. Default: the attribute's, or 1.</summary>
    public int Version { get; set; } = 1;

    /// <summary>What every attempt must hold. Default: the attributes', or nothing.</summary>
    public ResourceRequirements Resources { get; set; } = ResourceRequirements.None;

    /// <summary>How long one attempt may take. Default: no limit.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>Whether and when a failed attempt is tried again. Default: it is not.</summary>
    public RetryOptions Retry { get; } = new();

    /// <summary>Tags under which cached results can be invalidated, beside the task type's name. Default: none.</summary>
    public IList<string> CacheTags { get; } = [];
}
