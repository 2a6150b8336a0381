using System.Globalization;

namespace AgentOrchestration;

/// <summary>Limits the work that a run may do beside what is needed, to end sooner. All of it is off by default, and each kind has its own limit.</summary>
/// <example>
/// <code>
/// var options = new RunOptions { Extra = new ExtraWork { EarlyShare = 0.2, HedgeShare = 0.02 } };
/// await using OrchestrationRun run = await orchestrator.StartAsync(plan, options, cancellationToken);
/// </code>
/// </example>
public sealed record ExtraWork
{
    internal static readonly ExtraWork None = new();

    /// <summary>
    /// Gets the largest share of the run's attempts that may have started early and not come to use: those that run, those whose output is held, and those
    /// that were dropped. A subtask whose effect is <c>Pure</c> or <c>Read</c> may start early when all that its arguments refer to is there, and it only waits
    /// for the end of others that change nothing either, for the value of its condition, or, if its effect is <c>Pure</c>, for the approval of the
    /// whole plan. One attempt is always allowed when the share is greater than 0.
    /// </summary>
    /// <value>From 0 to 1. The default value is 0: nothing starts early.</value>
    public double EarlyShare { get; init; }

    /// <summary>
    /// Gets the share of the attempts of the run that may be hedges: second attempts that start beside one that has shown no progress for longer than nearly
    /// all of its task type need. The first to succeed gives the output; the other is asked to stop. Only subtasks whose task type is
    /// <see cref="TaskEffect.Pure"/> or <see cref="TaskEffect.Read"/> are hedged, and only those that the end of the run waits for.
    /// </summary>
    /// <value>From 0 to 1, for example 0.02: one hedge for each 50 attempts that have started. The default value is 0: no hedges.</value>
    public double HedgeShare { get; init; }

    /// <returns>What is wrong with the values, or <see langword="null"/>.</returns>
    internal string? WhyInvalid() => WhyNoShare(nameof(EarlyShare), EarlyShare) ?? WhyNoShare(nameof(HedgeShare), HedgeShare);

    private static string? WhyNoShare(string name, double share) =>
        share is >= 0 and <= 1 ? null : string.Create(CultureInfo.InvariantCulture, $"{name} is {share}; it must be from 0 to 1.");
}
