using System.Text.Json.Serialization;

namespace AgentOrchestration.Execution;

/// <summary>
/// Lists what an executor supports beyond plain subtasks with dependencies. A plan that needs more is refused before anything of it runs
/// (<see cref="PlanDiagnosticCode.NotSupportedByExecutor"/>).
/// </summary>
[Flags]
[JsonConverter(typeof(JsonStringEnumConverter<ExecutorFeatures>))]
public enum ExecutorFeatures
{
    /// <summary>Runs subtasks after their dependencies, one attempt each.</summary>
    None = 0,

    /// <summary>Holds a subtask whose policy requires an approval until <see cref="IRunHandle.DecideAsync"/> answers.</summary>
    Approvals = 1,

    /// <summary>Retries failed attempts.</summary>
    Retries = 1 << 1,

    /// <summary>Enforces the time limits of subtasks and of the run.</summary>
    TimeLimits = 1 << 2,

    /// <summary>Skips a subtask whose condition is false.</summary>
    Conditions = 1 << 3,

    /// <summary>Starts a subtask although an optional dependency has failed.</summary>
    OptionalDependencies = 1 << 4,

    /// <summary>Runs a subtask once for each item of a list.</summary>
    Lists = 1 << 5,

    /// <summary>Runs plans that are nested in a subtask.</summary>
    NestedPlans = 1 << 6,

    /// <summary>Acquires the resources of a subtask before it starts, and limits the concurrency of its task type.</summary>
    Resources = 1 << 7,

    /// <summary>Replaces references to secrets in arguments by their values.</summary>
    Secrets = 1 << 8,

    /// <summary>Compensates work of a failed run.</summary>
    Compensation = 1 << 9,

    /// <summary>Enforces the budget of a run.</summary>
    Budgets = 1 << 10,

    /// <summary>Starts a run that reuses results of another.</summary>
    Reuse = 1 << 11,

    /// <summary>Gives a run the id that its options name (<see cref="RunOptions.RunId"/>).</summary>
    RunIds = 1 << 12,

    /// <summary>Serves runs of higher priority first (<see cref="RunOptions.Priority"/>).</summary>
    Priorities = 1 << 13,

    /// <summary>Lets a subtask whose work has failed for good succeed with its fallback (<see cref="SubtaskOptions.Fallback"/>).</summary>
    Fallbacks = 1 << 14,

    /// <summary>Supports everything that a plan or a run can ask for.</summary>
    All = (1 << 15) - 1,
}
