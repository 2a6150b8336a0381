using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Planning;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.Options;

namespace AgentOrchestration;

/// <summary>Configures the orchestration of an application: limits, planning, monitoring, and the defaults of its runs.</summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration(options =&gt;
/// {
///     options.MaxParallelismTotal = 32;
///     options.Runs.Timeout = TimeSpan.FromMinutes(10);
///     options.RequiresApproval = (_, taskType) =&gt; taskType.Effect == TaskEffect.Irreversible;
/// });
/// </code>
/// </example>
public sealed class AgentOrchestrationOptions
{
    internal const int DefaultMaxReferences = 10_000;

    internal const long DefaultMaxInputBytes = 64 * 1024 * 1024;

    /// <summary>Gets the options of every run; the options that a start is given win over them.</summary>
    /// <value>The default value has nothing set, so the default values of <see cref="RunOptions"/> hold. It must have no <see cref="RunOptions.RunId"/>.</value>
    public RunOptions Runs { get; } = new();

    /// <summary>Gets or sets the maximum number of subtasks that are executed at a time, over all runs of the application.</summary>
    /// <value>At least 1. The default value is <see langword="null"/>: no limit.</value>
    [Range(1, int.MaxValue)]
    public int? MaxParallelismTotal { get; set; }

    /// <summary>
    /// Gets or sets a rule that selects subtasks which wait for an approval, in addition to those whose task type or plan says so. It is called when
    /// a plan is checked; for example <c>(_, taskType) => taskType.Effect == TaskEffect.Irreversible</c>.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: no other subtasks.</value>
    public Func<Subtask, TaskDescriptor, bool>? RequiresApproval { get; set; }

    /// <summary>
    /// Gets or sets how many references to outputs the arguments of a subtask may hold. A plan with more in one of its subtasks is refused.
    /// </summary>
    /// <value>From 1. The default value is 10,000.</value>
    [Range(1, int.MaxValue)]
    public int MaxReferences { get; set; } = DefaultMaxReferences;

    /// <summary>
    /// Gets or sets how long the arguments of a subtask may be with the outputs that they refer to, in bytes of UTF-8. A subtask whose arguments are
    /// longer fails. An output that is handed on as an object has no length.
    /// </summary>
    /// <value>From 1. The default value is 67,108,864 (64 MiB).</value>
    [Range(1, long.MaxValue)]
    public long MaxInputBytes { get; set; } = DefaultMaxInputBytes;

    /// <summary>
    /// How long the lease of a durable run is valid. It is renewed while its process lives; when a process dies without a word, others wait so
    /// long before they resume its runs. A process that has not reached its store for so long detaches its runs.
    /// </summary>
    /// <value>From 3 seconds to 1 day. The default value is 30 seconds.</value>
    public TimeSpan LeaseDuration { get; set; } = RunOptions.DefaultLeaseDuration;

    /// <summary>
    /// Gets or sets how many runs this process drives at most when it picks up runs that nobody drives (<c>ResumeInterruptedRuns</c>). The rest waits in the
    /// store until another process has room, or a run here has ended. Runs that are started here count, and are never refused.
    /// </summary>
    /// <value>At least 1. The default value is 1,000.</value>
    [Range(1, int.MaxValue)]
    public int MaxRuns { get; set; } = 1000;

    /// <summary>
    /// Gets or sets the options that read and write inputs and outputs of tasks and make their schemas. For trimmed applications set options with a
    /// <c>JsonSerializerContext</c>.
    /// </summary>
    /// <value>The default value uses web naming and enums as strings, and reflection where the application has not disabled it.</value>
    public JsonSerializerOptions JsonSerializerOptions { get; set; } = PayloadSerializer.DefaultOptions;

    /// <summary>Gets the options of planning: limits, approval and cost.</summary>
    /// <value>Options with default values.</value>
    [ValidateObjectMembers]
    public PlanningOptions Planning { get; } = new();

    /// <summary>Gets the options of monitoring.</summary>
    /// <value>Options with default values.</value>
    public MonitoringOptions Monitoring { get; } = new();
}
