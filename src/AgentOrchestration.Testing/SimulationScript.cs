using AgentOrchestration.Runs.Events;

namespace AgentOrchestration.Testing;

/// <summary>Describes actions on a simulated run from outside, and their times. What throws ends the simulation.</summary>
public sealed class SimulationScript
{
    internal SimulationScript()
    {
    }

    internal List<(TimeSpan Time, Func<OrchestrationRun, ValueTask> Action)> Moments { get; } = [];

    internal List<Func<OrchestrationRun, RunEvent, ValueTask>> Readers { get; } = [];

    /// <summary>Runs an action at a moment of virtual time, if the run has not ended by then.</summary>
    /// <param name="time">How long after the start.</param>
    /// <param name="action">What, for example <c>run => run.CancelAsync()</c>.</param>
    /// <returns>This script, for further calls.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public SimulationScript At(TimeSpan time, Func<OrchestrationRun, ValueTask> action)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(action);
        Moments.Add((time, action));
        return this;
    }

    /// <summary>Runs an action whenever an event of a kind is received, for example to answer an <see cref="ApprovalRequested"/>.</summary>
    /// <typeparam name="TEvent">The kind.</typeparam>
    /// <param name="action">What.</param>
    /// <returns>This script, for further calls.</returns>
    public SimulationScript On<TEvent>(Func<OrchestrationRun, TEvent, ValueTask> action)
        where TEvent : RunEvent
    {
        ArgumentNullException.ThrowIfNull(action);
        Readers.Add((run, next) => next is TEvent seen ? action(run, seen) : ValueTask.CompletedTask);
        return this;
    }
}
