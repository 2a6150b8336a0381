namespace AgentOrchestration.Testing.Simulation;

/// <summary>
/// Whose code it is that runs: an attempt's, or the run's own. Follows the code wherever it goes, so that it is noticed when it comes to
/// another thread, and when it leaves that.
/// </summary>
internal sealed class SimulatedFlow(SimulationThread thread, string? name)
{
    private static readonly AsyncLocal<SimulatedFlow?> Ambient = new(static change =>
    {
        if (change.CurrentValue is { } flow)
        {
            flow.Thread.Follow(flow);
        }
        else if (change.PreviousValue is { } last)
        {
            last.Thread.Unfollow(last);
        }
    });

    public static SimulatedFlow? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    /// <summary>The attempt; <see langword="null"/> for the run itself.</summary>
    public string? Name { get; } = name;

    /// <summary>How many of its timers are set.</summary>
    public int Timers { get; set; }

    /// <summary>Whether the simulation has already given it time to show up on another thread.</summary>
    public bool WasWaitedFor { get; set; }

    public SimulationThread Thread { get; } = thread;

    public override string ToString() => Name ?? "the run itself";
}
