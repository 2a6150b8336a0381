using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using AgentOrchestration.Monitoring;
using AgentOrchestration.Planning;
using AgentOrchestration.Plans;
using Microsoft.Extensions.Options;

namespace AgentOrchestration;

/// <summary>Policy that holds for every run of an application.</summary>
public sealed class AgentOrchestrationOptions
{
    /// <summary>How many subtasks of one run are worked on at a time, from 1. Default: 5.</summary>
    [Range(1, int.MaxValue)]
    public int MaxParallelism { get; set; } = 5;

    /// <summary>
    /// How long code that was told to stop may go on before it is abandoned; its resources stay leased until it returns.
    /// Default: 30 seconds.
    /// </summary>
    public TimeSpan AbandonAfter { get; set; } = TimeSpan.FromSeconds(30);

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
