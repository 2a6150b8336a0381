namespace AgentOrchestration.Monitoring;

/// <summary>Says when to raise an alert. A later rule replaces an earlier one of the same name.</summary>
public sealed class AlertRule
{
    private AlertRule(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The rule's name.</summary>
    public string Name { get; }

    internal Func<SystemSnapshot, bool>? SystemCondition { get; private init; }

    internal Func<RunOutcome, bool>? RunCondition { get; private init; }

    internal static IEnumerable<AlertRule> BuiltIn { get; } =
    [
        OnSystem("cpu", snapshot => snapshot.CpuUtilization > 0.80),
        OnRunEnd("run-failed", outcome => outcome == RunOutcome.Failed),
    ];

    /// <summary>A rule on the snapshots of the process, which are taken while a run is active.</summary>
    /// <param name="name">The rule's name.</param>
    /// <param name="condition">Whether a snapshot is worth an alert.</param>
    public static AlertRule OnSystem(string name, Func<SystemSnapshot, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return new AlertRule(name) { SystemCondition = condition };
    }

    /// <summary>A rule on the ends of runs.</summary>
    /// <param name="name">The rule's name.</param>
    /// <param name="condition">Whether an outcome is worth an alert.</param>
    public static AlertRule OnRunEnd(string name, Func<RunOutcome, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return new AlertRule(name) { RunCondition = condition };
    }
}
