using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Plans.Json;

/// <summary>A subtask's policy as it appears in JSON, durations in seconds.</summary>
internal sealed class PolicyDocument
{
    public int? MaxAttempts { get; init; }

    public double? TimeoutSeconds { get; init; }

    public double? TotalTimeoutSeconds { get; init; }

    public double? IdleTimeoutSeconds { get; init; }

    public bool? RequiresApproval { get; init; }

    /// <summary>The fallback value; null is one, and nothing is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Fallback { get; init; }

    public static PolicyDocument From(SubtaskPolicy policy) => new()
    {
        MaxAttempts = policy.MaxAttempts,
        TimeoutSeconds = policy.Timeout?.TotalSeconds,
        TotalTimeoutSeconds = policy.TotalTimeout?.TotalSeconds,
        IdleTimeoutSeconds = policy.IdleTimeout?.TotalSeconds,
        RequiresApproval = policy.RequiresApproval,
        Fallback = policy.Fallback ?? default,
    };

    public SubtaskPolicy ToPolicy() => new()
    {
        MaxAttempts = MaxAttempts,
        Timeout = ToDuration(TimeoutSeconds),
        TotalTimeout = ToDuration(TotalTimeoutSeconds),
        IdleTimeout = ToDuration(IdleTimeoutSeconds),
        RequiresApproval = RequiresApproval,
        Fallback = Fallback.ValueKind == JsonValueKind.Undefined ? null : Fallback,
    };

    /// <summary>What is out of range becomes a limit that the plan check refuses.</summary>
    private static TimeSpan? ToDuration(double? seconds) => seconds switch
    {
        null => null,
        > 0 and < 1e9 => TimeSpan.FromSeconds(seconds.Value),
        _ => TimeSpan.Zero,
    };
}
