using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Batching;

namespace AgentOrchestration;

/// <summary>Configures a task type where it is registered. The attributes of a class give the first values.</summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration().AddTaskType&lt;ReadTable&gt;(options =&gt;
/// {
///     options.Timeout = TimeSpan.FromSeconds(30);
///     options.MaxConcurrency = 4;
///     options.Retry.MaxAttempts = 3;
/// });
/// </code>
/// </example>
public sealed class TaskTypeOptions
{
    /// <summary>Gets or sets the effect on the world.</summary>
    /// <value>The default value is that of the attribute, or <see cref="TaskEffect.Write"/>.</value>
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

    /// <summary>Gets or sets the version. Change it when an earlier output for the same input is no longer valid.</summary>
    /// <value>The default value is that of the attribute, or 1.</value>
    public int Version { get; set; } = 1;

    /// <summary>Gets or sets the resources that every attempt holds.</summary>
    /// <value>The default value is that of the attributes, or <see cref="ResourceRequirements.None"/>.</value>
    public ResourceRequirements Resources { get; set; } = ResourceRequirements.None;

    /// <summary>
    /// Gets or sets the name of the model's endpoint that every attempt calls, as in <c>AddModelEndpoint</c>: while the endpoint makes its callers wait,
    /// subtasks of this type do not start.
    /// </summary>
    /// <value>The default value is that of the attribute, or <see langword="null"/>: none.</value>
    public string? Endpoint { get; set; }

    /// <summary>Gets or sets the maximum duration of one attempt.</summary>
    /// <value>Greater than zero. The default value is <see langword="null"/>: no limit.</value>
    public TimeSpan? Timeout { get; set; }

    /// <summary>
    /// Gets or sets the maximum duration of all attempts of a subtask together, including pauses and time in which nobody drives the run.
    /// </summary>
    /// <value>Greater than zero. The default value is <see langword="null"/>: no limit.</value>
    public TimeSpan? TotalTimeout { get; set; }

    /// <summary>Gets or sets the maximum time that an attempt may run without reporting progress or text.</summary>
    /// <value>Greater than zero. The default value is <see langword="null"/>: no limit.</value>
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>Gets the rules of retries.</summary>
    /// <value>The default value allows one attempt.</value>
    public RetryOptions Retry { get; private set; } = new();

    /// <summary>Gets or sets the maximum number of attempts of this type at a time, over all runs of the application.</summary>
    /// <value>At least 1. The default value is <see langword="null"/>: no limit.</value>
    public int? MaxConcurrency { get; set; }

    /// <summary>
    /// Gets or sets a function that returns the key of a subtask, such as a tenant or a host; <see cref="MaxConcurrency"/> then applies to each key
    /// separately.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: one count for the type.</value>
    public Func<Subtask, string>? ConcurrencyKey { get; set; }

    /// <summary>
    /// Gets or sets a function that returns the key of a long prompt with which the model calls of a subtask begin, such as the name of the document that they
    /// are about. Of the subtasks of a run with the same key, of this or other types, one starts first; the others start when it has shown progress: reported
    /// it, streamed text, or received the first piece of a streamed answer of <see cref="TaskContext.Chat"/>. The endpoint then reads the prompt from its
    /// cache, which costs a tenth and takes less time, instead of processing it for each. They start without that when the first one ends, or takes as long as
    /// nearly all need.
    /// </summary>
    /// <value>
    /// The key; <see langword="null"/> for a subtask that shares no prompt. A function that throws returns none. The default value is <see langword="null"/>: nothing is
    /// held. Of use for prompts that endpoints cache: from about 1,000 tokens on.
    /// </value>
    public Func<Subtask, string?>? SharedPrompt { get; set; }

    /// <summary>Gets or sets a value that indicates whether every subtask of this type waits for an approval.</summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool RequiresApproval { get; set; }

    /// <summary>
    /// Gets or sets the value that takes the place of the output of every subtask of this type whose work fails for good, so that what depends on it runs all the
    /// same. <see cref="SubtaskOptions.Fallback"/> says more; a subtask's own wins.
    /// </summary>
    /// <value>
    /// A value of the output type; each subtask gets a copy, made of its JSON. The default value is <see langword="null"/>: the subtask fails. None for
    /// <see cref="TaskEffect.Irreversible"/>.
    /// </value>
    public FallbackValue? Fallback { get; set; }

    /// <summary>Gets or sets the usage of models and money that an attempt is expected to have; it is reserved from the run's budget.</summary>
    /// <value>The default value is <see cref="TaskUsage.None"/>.</value>
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

    /// <summary>Gets tags that invalidate cached results, in addition to the name of the task type.</summary>
    /// <value>The default value is empty.</value>
    public IList<string> CacheTags { get; private set; } = [];

    /// <summary>Gets the rules of batches, for a task type whose code takes several subtasks in one call.</summary>
    /// <value>Without effect for other types.</value>
    public BatchOptions Batch { get; private set; } = new();

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
        copy.Resources = Endpoint is null ? Resources : Resources.Union(ResourceRequirements.Of(Endpoint, 1));
        copy.Batch = Batch.Copy();
        copy.CacheTags = [.. CacheTags];
        return copy;
    }
}
