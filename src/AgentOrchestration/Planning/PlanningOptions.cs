using System.ComponentModel.DataAnnotations;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Reading;
using Microsoft.Extensions.Options;

namespace AgentOrchestration.Planning;

/// <summary>What a decomposer may cost, and how large a plan that a model writes may be.</summary>
public sealed class PlanningOptions
{
    /// <summary>
    /// How often a refused plan goes back to the decomposer with its diagnostics, from 0. An answer that no repair can help, such as a refusal of the
    /// model (<see cref="PlanDiagnosticCode.ModelRefusal"/>), does not go back. Default: 2.
    /// </summary>
    [Range(0, 10)]
    public int MaxRepairs { get; set; } = 2;

    /// <summary>
    /// How often a run that failed goes back to the decomposer with what has succeeded and what failed, when an answer is wanted and not a run,
    /// from 0. What succeeded and stands in the next plan as it was is not done again; what was used counts against the budget. Default: 0.
    /// </summary>
    [Range(0, 10)]
    public int MaxReplans { get; set; }

    /// <summary>
    /// Whether work begins while its plan is still being written: a subtask starts when it and all that it depends on are known, if its task type
    /// only computes (<c>TaskEffect.Pure</c>). What reads or changes something outside waits for the whole plan: a read can carry data out by what it
    /// asks for. If the plan is refused in the end, what was begun is cancelled and its results are discarded. Needs a
    /// decomposer that tells subtasks as it goes, as the built-in one does, and the built-in executor. A durable run never starts early: what
    /// was paid for has to stand in a journal under a plan that can be resumed, and there is none yet. Default: yes.
    /// </summary>
    public bool StartsEarly { get; set; } = true;

    /// <summary>
    /// The application's own rules for the model that plans, such as "Send at most one mail." They follow the built-in rules in the prompt, and are
    /// part of the key of a cached plan.
    /// </summary>
    /// <value>Plain text, one rule per line. The default value is <see langword="null"/>: no rules.</value>
    public string? Instructions { get; set; }

    /// <summary>Gets the limits of a plan that a decomposer makes.</summary>
    [ValidateObjectMembers]
    public PlanLimits Limits { get; } = new();

    /// <summary>How deep plans may stand in each other in a plan that a decomposer makes, from 1 for none in another. Default and most: 8.</summary>
    [Range(1, PlanChecker.DeepestPlan)]
    public int MaxPlanDepth { get; set; } = PlanChecker.DeepestPlan;

    /// <summary>
    /// Which subtasks of a plan that a decomposer makes wait for somebody's approval because of their effect, beside those that wait
    /// anyway. The plan says so itself (<see cref="SubtaskPolicy.RequiresApproval"/>), so that it also holds for a plan that is saved,
    /// shown and started later. Default: none.
    /// </summary>
    public ApprovalScope ApprovalScope { get; set; }

    /// <summary>
    /// Decides on the whole plan of a request before anything of it starts, for example by showing it (<see cref="TaskPlan.ToTree"/>) to
    /// somebody. Asked once, with the plan that has passed every check; when it says no, the start ends with a
    /// <see cref="PlanRejectedException"/>. With it nothing starts early. A plan that the application starts itself is not asked about.
    /// Default: no approval is needed.
    /// </summary>
    public Func<TaskPlan, CancellationToken, ValueTask<bool>>? ApprovePlan { get; set; }

    /// <summary>
    /// How many tokens planning may use for one request, input and output over all rounds together, those included in which a run is planned
    /// again, from 1. When they are used up, a refused plan is not sent back any more and no run is planned again. A model is told to write no more than
    /// what is left, unless its endpoint rejects that as more than the model can write; so the last round may exceed this by what its question takes.
    /// A sound plan is taken whatever it has used. Default: no limit.
    /// </summary>
    [Range(1, long.MaxValue)]
    public long? MaxTokens { get; set; }

    /// <summary>
    /// Gets or sets how long planning may take for one request, over all rounds, those included in which a run is planned again. Then it is cancelled;
    /// approval of the plan does not count.
    /// </summary>
    /// <value>From more than zero to 30 days; <see langword="null"/> for no limit. The default value is 10 minutes.</value>
    public TimeSpan? MaxTime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Gets or sets how long a model that streams its answer may send nothing, neither text nor reasoning, before it is given up
    /// (<see cref="PlanDiagnosticCode.NoAnswer"/>). Empty pieces do not count as an answer, and 10,000 of them one after another end it at once.
    /// </summary>
    /// <value>From more than zero to 30 days; <see langword="null"/> for no limit. The default value is 2 minutes.</value>
    public TimeSpan? MaxIdleTime { get; set; } = TimeSpan.FromMinutes(2);
}
