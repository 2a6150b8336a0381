using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Planning;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.Options;

namespace AgentOrchestration;

/// <summary>Policy that holds for every run of an application.</summary>
public sealed class AgentOrchestrationOptions
{
    internal const int DefaultMaxReferences = 10_000;

    internal const long DefaultMaxInputBytes = 64 * 1024 * 1024;

    /// <summary>Gets the options of every run; the options that a start is given win over them.</summary>
    /// <value>The default value has nothing set, so the default values of <see cref="RunOptions"/> hold. It must have no <see cref="RunOptions.RunId"/>.</value>
    public RunOptions Runs { get; } = new();

    /// <summary>How many subtasks of all runs are worked on at a time, from 1. Default: no limit.</summary>
    [Range(1, int.MaxValue)]
    public int? MaxParallelismTotal { get; set; }

    /// <summary>
    /// Which subtasks wait for somebody's approval, beside those whose task type or plan says so; for example those whose effect cannot
    /// be undone: <c>(_, taskType) => taskType.Effect == TaskEffect.Irreversible</c>. Called when a plan is checked. Default: no others.
    /// </summary>
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
    /// Writes and reads inputs and outputs of tasks, and makes their schemas. Default: web naming, enums as strings, reflection where
    /// the application has not switched it off. For trimmed applications set options with a <c>JsonSerializerContext</c>.
    /// </summary>
    public JsonSerializerOptions JsonSerializerOptions { get; set; } = PayloadSerializer.DefaultOptions;

    /// <summary>What planning may cost.</summary>
    [ValidateObjectMembers]
    public PlanningOptions Planning { get; } = new();

    /// <summary>How closely the process is watched.</summary>
    public MonitoringOptions Monitoring { get; } = new();
}
