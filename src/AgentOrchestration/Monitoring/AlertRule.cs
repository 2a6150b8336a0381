namespace AgentOrchestration.Monitoring;

/// <summary>Says when to raise an alert. A later rule replaces an earlier one of the same name.</summary>
public sealed class AlertRule
{
    private AlertRule(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>Gets the name of the rule.</summary>
    /// <value>Never empty.</value>
    public string Name { get; }

    internal Func<SystemSnapshot, bool>? SystemCondition { get; private init; }

    internal Func<RunOutcome, bool>? RunCondition { get; private init; }

    internal static IEnumerable<AlertRule> BuiltIn { get; } =
    [
        OnSystem("cpu", snapshot => snapshot.CpuUtilization > 0.80),
        OnRunEnd("run-failed", outcome => outcome == RunOutcome.Failed),
    ];

    /// <summary>Creates a rule on the snapshots of the process, which are taken while a run is active.</summary>
    /// <param name="name">The rule's name.</param>
    /// <param name="condition">Whether a snapshot is worth an alert.</param>
    /// <returns>The rule.</returns>
    public static AlertRule OnSystem(string name, Func<SystemSnapshot, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return new AlertRule(name) { SystemCondition = condition };
    }

    /// <summary>Creates a rule on the ends of runs.</summary>
    /// <param name="name">The rule's name.</param>
    /// <param name="condition">Whether an outcome is worth an alert.</param>
    /// <returns>The rule.</returns>
    public static AlertRule OnRunEnd(string name, Func<RunOutcome, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return new AlertRule(name) { RunCondition = condition };
    }
}
