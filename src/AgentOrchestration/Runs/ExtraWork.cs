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
    /// whole plan. One attempt is always allowed when the share is greater than 0. Nothing starts early in a run whose <see cref="RunOptions.Budget"/> limits
    /// attempts, tokens or cost, and nothing that needs a consumable resource: what is used in vain would be lacking where it is needed.
    /// </summary>
    /// <value>From 0 to 1. The default value is 0: nothing starts early.</value>
    public double EarlyShare { get; init; }

    /// <summary>
    /// Gets the share of the attempts of the run that may be hedges: second attempts that start beside one that has shown no progress for longer than nearly
    /// all of its task type need. The first to succeed gives the output; the other is asked to stop. Only subtasks whose task type is
    /// <see cref="TaskEffect.Pure"/> or <see cref="TaskEffect.Read"/> are hedged, and only those that the end of the run waits for.
    /// There are none in a run whose <see cref="RunOptions.Budget"/> limits attempts, tokens or cost, nor for what needs a consumable resource: what is used in vain
    /// would be lacking where it is needed. There are none in a run with <see cref="RunOptions.DeferCallsWithin"/> either.
    /// </summary>
    /// <remarks>
    /// What is not possible at the moment at which an attempt is late, for want of a worker or a resource, is tried again when the attempt has taken twice as long.
    /// A rejection (status 429 or 529) speaks against a hedge when the code has made the call with <see cref="TaskContext.Chat"/>, or fails with it; one of another
    /// client, from which it recovers, is not seen. Between the success of a subtask and the end of the code of the attempt that was not needed, that code still holds
    /// what it needs: its <see cref="SubtaskSnapshot.AttemptIntervals"/> has no end yet, and <see cref="OrchestrationRun.Explain"/> names the subtask as a holder.
    /// </remarks>
    /// <value>From 0 to 1, for example 0.02: one hedge for each 50 attempts that have started. The default value is 0: no hedges.</value>
    public double HedgeShare { get; init; }

    /// <returns>What is wrong with the values, or <see langword="null"/>.</returns>
    internal string? WhyInvalid() => WhyNoShare(nameof(EarlyShare), EarlyShare) ?? WhyNoShare(nameof(HedgeShare), HedgeShare);

    private static string? WhyNoShare(string name, double share) =>
        share is >= 0 and <= 1 ? null : string.Create(CultureInfo.InvariantCulture, $"{name} is {share}; it must be from 0 to 1.");
}
