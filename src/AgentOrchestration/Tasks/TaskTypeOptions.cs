using AgentOrchestration.Tasks;

namespace AgentOrchestration;

/// <summary>What is decided about a task type where it is registered. The attributes of a class give the first values.</summary>
public sealed class TaskTypeOptions
{
    /// <summary>What it does to the world. Default: the attribute's, or <see cref="TaskEffect.Write"/>.</summary>
    public TaskEffect Effect
    {
        get;
        set
        {
            field = value;
            IsEffectDeclared = true;
        }
    }

    /// <summary>Gets whether the effect was set, so that a model can be told of it.</summary>
    internal bool IsEffectDeclared { get; private set; }

    /// <summary>Changes when an earlier answer to the same input is no longer good. Default: the attribute's, or 1.</summary>
    public int Version { get; set; } = 1;

    /// <summary>What every attempt must hold. Default: the attributes', or nothing.</summary>
    public ResourceRequirements Resources { get; set; } = ResourceRequirements.None;

    /// <summary>How long one attempt may take. Default: no limit.</summary>
    public TimeSpan? Timeout { get; set; }

    /// <summary>How long all attempts of a subtask may take together, pauses and time in which nobody drives the run included. Default: no limit.</summary>
    public TimeSpan? TotalTimeout { get; set; }

    /// <summary>How long an attempt may go without reporting progress or text. Default: no limit.</summary>
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>Whether and when a failed attempt is tried again. Default: it is not.</summary>
    public RetryOptions Retry { get; private set; } = new();

    /// <summary>How many attempts of this type run at a time, over all runs of the application, from 1. Default: no limit.</summary>
    public int? MaxConcurrency { get; set; }

    /// <summary>
    /// Makes <see cref="MaxConcurrency"/> count apart for each key, such as a tenant or a host: names a subtask's key.
    /// Default: one count for the type.
    /// </summary>
    public Func<Subtask, string>? ConcurrencyKey { get; set; }

    /// <summary>Whether every subtask of this type waits for somebody's approval. Default: no.</summary>
    public bool RequiresApproval { get; set; }

    /// <summary>What an attempt is expected to use of models and money; reserved from the run's budget. Default: nothing.</summary>
    public TaskUsage ExpectedUsage { get; set; } = TaskUsage.None;

    /// <summary>
    /// Gets or sets how long a cached result of this type is valid, where <c>UseResultCache</c> is on. With it, results of a type whose effect is
    /// <see cref="TaskEffect.Read"/> are cached too: an answer may then be as old as this.
    /// </summary>
    /// <value>
    /// Greater than zero. The default value is <see langword="null"/>: the cache's time to live for <see cref="TaskEffect.Pure"/>, and no caching for
    /// <see cref="TaskEffect.Read"/>.
    /// </value>
    public TimeSpan? CacheTimeToLive { get; set; }

    /// <summary>Tags under which cached results can be invalidated, beside the task type's name. Default: none.</summary>
    public IList<string> CacheTags { get; private set; } = [];

    /// <summary>
    /// Gets or sets a value indicating whether a durable run accepts an output that does not come back from its JSON as it was: an instance of
    /// another type than the declared one, members that JSON leaves out, private state (other than fields with <c>[NonSerialized]</c>), a
    /// comparer, half a character. The run then warns, and what comes back from the JSON counts as the output at once, so that a crash
    /// changes nothing.
    /// </summary>
    /// <value>The default value is <see langword="false"/>: the subtask fails as <c>ResultNotStorable</c>, with the path of the difference.</value>
    public bool AcceptLossyOutput { get; set; }

    /// <summary>What was decided, out of reach of those who decided it.</summary>
    internal TaskTypeOptions Copy()
    {
        var copy = (TaskTypeOptions)MemberwiseClone();
        copy.Retry = Retry.Copy();
        copy.CacheTags = [.. CacheTags];
        return copy;
    }
}
