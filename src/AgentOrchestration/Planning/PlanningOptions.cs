using System.ComponentModel.DataAnnotations;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Reading;
using Microsoft.Extensions.Options;

namespace AgentOrchestration.Planning;

/// <summary>Configures planning: its cost, and the limits of a plan that a model writes.</summary>
public sealed class PlanningOptions
{
    /// <summary>
    /// Gets or sets the maximum number of times that a refused plan is sent back to the decomposer with its diagnostics. An answer that no repair can
    /// help, such as a refusal of the model (<see cref="PlanDiagnosticCode.ModelRefusal"/>), is not sent back.
    /// </summary>
    /// <value>At least 0. The default value is 2.</value>
    [Range(0, 10)]
    public int MaxRepairs { get; set; } = 2;

    /// <summary>
    /// Gets or sets the maximum number of times that a failed run is planned again, with what has succeeded and what failed, when an answer is
    /// requested and not a run. A subtask that has succeeded and is unchanged in the next plan is not run again; its usage counts against the budget.
    /// </summary>
    /// <value>At least 0. The default value is 0.</value>
    [Range(0, 10)]
    public int MaxReplans { get; set; }

    /// <summary>
    /// Gets or sets a value that indicates whether a plan that has passed every check is reviewed (<see cref="PlanReview"/>), and is sent back to the
    /// decomposer once with what the review has found. The answer takes the place of the plan if it passes the checks and is not expected to take
    /// longer; otherwise, and when the budget of planning is used up, the plan stays as it is. A plan of a template or of the plan cache is not sent back,
    /// and neither is one that takes the place of a plan that failed. Nothing starts early then.
    /// </summary>
    /// <value>The default value is <see langword="false"/>.</value>
    public bool ReviewsPlans { get; set; }

    /// <summary>
    /// Gets or sets a value that indicates whether work begins while its plan is still being written: a subtask starts when it and all its
    /// dependencies are known, if its task type only computes (<c>TaskEffect.Pure</c>). Work that reads or changes something outside waits for the
    /// whole plan: a read can carry data out by what it asks for. If the plan is refused in the end, the work that was started is cancelled and its
    /// results are discarded. Requires a decomposer that reports subtasks as it writes them, as the built-in one does, and the built-in executor. A
    /// durable run never starts early: paid work must be recorded in a journal under a plan that can be resumed, and there is none yet.
    /// </summary>
    /// <value>The default value is <see langword="true"/>.</value>
    public bool StartsEarly { get; set; } = true;

    /// <summary>
    /// The application's own rules for the model that plans, such as "Send at most one mail." They follow the built-in rules in the prompt, and are
    /// part of the key of a cached plan.
    /// </summary>
    /// <value>Plain text, one rule per line. The default value is <see langword="null"/>: no rules.</value>
    public string? Instructions { get; set; }

    /// <summary>
    /// Gets or sets the maximum number of task types whose schemas a planning prompt holds. While more are registered, <see cref="ITaskTypeSelector"/>
    /// selects them for each request. The others are in the prompt by name and one line; the model may request the schemas of as many of them
    /// once, and a plan that uses one without is checked like any other. While no more are registered, nothing is selected and the prompt holds all.
    /// </summary>
    /// <value>At least 1. The default value is 50.</value>
    [Range(1, int.MaxValue)]
    public int MaxTaskTypeSchemas { get; set; } = 50;

    /// <summary>Gets the limits of a plan that a decomposer makes.</summary>
    /// <value>Limits with default values.</value>
    [ValidateObjectMembers]
    public PlanLimits Limits { get; } = new();

    /// <summary>Gets or sets the maximum depth to which plans may be nested in a plan that a decomposer makes.</summary>
    /// <value>From 1, which allows no nested plan, to 8. The default value is 8.</value>
    [Range(1, PlanChecker.DeepestPlan)]
    public int MaxPlanDepth { get; set; } = PlanChecker.DeepestPlan;

    /// <summary>
    /// Gets or sets which subtasks of a plan that a decomposer makes wait for an approval because of their effect, in addition to those that wait
    /// anyway. The plan itself records it (<see cref="SubtaskPolicy.RequiresApproval"/>), so it also applies to a plan that is saved, shown and
    /// started later.
    /// </summary>
    /// <value>The default value is <see cref="ApprovalScope.Nothing"/>.</value>
    public ApprovalScope ApprovalScope { get; set; }

    /// <summary>
    /// Gets or sets a callback that decides on the whole plan of a request before anything of it starts, for example by showing it
    /// (<see cref="TaskPlan.ToTree()"/>) to a person. It is called once, with the plan that has passed every check; when it returns
    /// <see langword="false"/>, the start ends with a <see cref="PlanRejectedException"/>. While it is set, nothing
    /// starts before the plan is complete, and before it is approved only what <see cref="ExtraWork.EarlyShare"/> allows: work that only computes. It is not called
    /// for a plan that the application starts itself.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: no approval is needed.</value>
    public Func<TaskPlan, CancellationToken, ValueTask<bool>>? ApprovePlan { get; set; }

    /// <summary>
    /// Gets or sets the maximum number of tokens that planning may use for one request: input and output of all rounds together, including those in
    /// which a run is planned again. When they are used up, a refused plan is not sent back again and no run is planned again. The model is asked to
    /// write no more than what is left, unless its endpoint rejects that as more than the model can write; so the last round may exceed the limit by
    /// the size of its prompt. A sound plan is accepted whatever it has used.
    /// </summary>
    /// <value>At least 1. The default value is <see langword="null"/>: no limit.</value>
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
