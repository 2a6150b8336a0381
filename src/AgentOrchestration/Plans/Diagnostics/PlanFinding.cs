using System.Globalization;

namespace AgentOrchestration.Plans.Diagnostics;

/// <summary>Describes one thing that a good planner would change about a plan that is valid.</summary>
/// <param name="Code">The kind.</param>
/// <param name="SubtaskIds">The ids of the subtasks that it is about, at most twenty.</param>
/// <param name="Message">The finding in words.</param>
/// <param name="Remedy">What to change.</param>
public sealed record PlanFinding(PlanFindingCode Code, IReadOnlyList<string> SubtaskIds, string Message, string Remedy)
{
    /// <summary>Gets how much shorter the run is expected to be after the change.</summary>
    /// <value><see langword="null"/> when the change saves work and no time, or when the time is not known. The default value is <see langword="null"/>.</value>
    public TimeSpan? ExpectedGain { get; init; }

    /// <summary>
    /// Gets a value that indicates whether the finding rests on expected durations, which may be wrong. Otherwise it follows from the plan alone.
    /// </summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool IsByEstimates { get; init; }

    /// <inheritdoc/>
    public override string ToString() => ShownText.Line(string.Create(
        CultureInfo.InvariantCulture,
        $"{Message} {Remedy}{(ExpectedGain is { } gain ? $" Expected gain: {Shown(gain)}{(IsByEstimates ? ", by estimates" : "")}." : IsByEstimates ? " This is by estimates." : "")}"));

    /// <summary>A duration as people read it.</summary>
    internal static string Shown(TimeSpan time) => time switch
    {
        { TotalHours: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} h"),
        { TotalMinutes: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.#} min"),
        { TotalSeconds: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.###} ms"),
    };
}
