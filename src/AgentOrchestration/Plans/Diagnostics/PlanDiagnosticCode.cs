using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Specifies the kind of an error of a plan.</summary>
/// <example>
/// <code>
/// bool isCyclic = orchestrator.Check(plan).Any(diagnostic =&gt; diagnostic.Code == PlanDiagnosticCode.Cycle);
/// </code>
/// </example>
[JsonConverter(typeof(JsonStringEnumConverter<PlanDiagnosticCode>))]
public enum PlanDiagnosticCode
{
    /// <summary>The text is not the JSON of a plan.</summary>
    Malformed,

    /// <summary>The plan has no subtasks.</summary>
    Empty,

    /// <summary>The plan is larger than the host allows a model to write.</summary>
    TooLarge,

    /// <summary>An id is not 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</summary>
    InvalidId,

    /// <summary>Two subtasks have the same id.</summary>
    DuplicateId,

    /// <summary>A task type is not registered.</summary>
    UnknownTaskType,

    /// <summary>A dependency is no subtask of the plan.</summary>
    UnknownDependency,

    /// <summary>A subtask depends on itself.</summary>
    SelfDependency,

    /// <summary>Subtasks depend on each other in a cycle.</summary>
    Cycle,

    /// <summary>Arguments do not fit the task type's input schema.</summary>
    InvalidArguments,

    /// <summary>Arguments refer to the output of a subtask that is no dependency.</summary>
    ReferenceToNoDependency,

    /// <summary>Arguments refer to an output, or a part of one, that is not allowed in that place.</summary>
    ReferenceTypeMismatch,

    /// <summary>A resource has no pool.</summary>
    UnknownResource,

    /// <summary>More of a resource is needed than there is.</summary>
    ResourceNeedsAboveCapacity,

    /// <summary>An estimated duration is negative or not a number.</summary>
    InvalidEstimate,

    /// <summary>A subtask's own limits are out of range.</summary>
    InvalidPolicy,

    /// <summary>A condition or a list to work through refers to something that it cannot use.</summary>
    InvalidControl,

    /// <summary>The plan was run: a subtask failed, or the run ended before it was done.</summary>
    Failed,

    /// <summary>A model has set what only the application may set.</summary>
    NotAllowed,

    /// <summary>The answer ends before the JSON of the plan does, or was cut off at its maximum length.</summary>
    CutOff,

    /// <summary>The plan was saved by a version of this library that writes plans in another form.</summary>
    UnsupportedVersion,

    /// <summary>Planning has used all that it may use, in tokens or time.</summary>
    PlanningBudget,

    /// <summary>There are more errors than are listed.</summary>
    More,

    /// <summary>The model refused to answer. It is not asked again.</summary>
    ModelRefusal,

    /// <summary>A content filter of the endpoint stopped the request or its answer. The model is not asked again.</summary>
    ContentFilter,

    /// <summary>The model called a tool in place of writing a plan.</summary>
    ToolCall,

    /// <summary>The answer has reasoning and no text.</summary>
    ReasoningOnly,

    /// <summary>The endpoint rejects every response format: a JSON schema, JSON, and text. The model is not asked again.</summary>
    UnsupportedResponseFormat,

    /// <summary>The request is too long for the model. The model is not asked again.</summary>
    ContextTooLong,

    /// <summary>The response of the endpoint is not an answer of a model: an error page, or an error message, with a status of success. The model is not asked again.</summary>
    InvalidResponse,

    /// <summary>The application's <c>JsonSerializerContext</c> lacks a type that the plan needs.</summary>
    MissingJsonMetadata,

    /// <summary>A rule of the application, such as <c>ConcurrencyKey</c> or <c>RequiresApproval</c>, has thrown an exception for a subtask.</summary>
    RuleFailed,

    /// <summary>The model sent nothing, or nothing but empty pieces, for too long. It is not asked again.</summary>
    NoAnswer,

    /// <summary>The plan asks for something that the executor does not support.</summary>
    NotSupportedByExecutor,

    /// <summary>The plan is valid, and a review has found something to improve. It is only sent back to a decomposer, never thrown.</summary>
    Improvable,
}
