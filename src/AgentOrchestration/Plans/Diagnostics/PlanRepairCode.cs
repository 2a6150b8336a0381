using System.Text.Json.Serialization;

namespace AgentOrchestration.Plans.Diagnostics;

/// <summary>Specifies the kind of a repair of a plan.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PlanRepairCode>))]
public enum PlanRepairCode
{
    /// <summary>The JSON stood in a code fence.</summary>
    CodeFence,

    /// <summary>Text stood before or after the JSON.</summary>
    Prose,

    /// <summary>A subtask names the same dependency more than once.</summary>
    DuplicateDependency,

    /// <summary>A subtask is referred to by its name, which no other has, instead of its id.</summary>
    NameForId,

    /// <summary>An id is referred to with white space around it.</summary>
    SpaceAroundId,

    /// <summary>A subtask uses the output of another that it does not name as a dependency.</summary>
    MissingDependency,

    /// <summary>A dependency runs against the outputs that the arguments use, so that no order could keep both.</summary>
    ContradictingDependency,

    /// <summary>More was repaired than is listed one by one.</summary>
    More,

    /// <summary>A block of reasoning precedes the plan, which may hold drafts of it.</summary>
    ReasoningBlock,

    /// <summary>The answer holds other JSON in addition to the plan.</summary>
    OtherJson,

    /// <summary>The answer holds the same plan more than once.</summary>
    SamePlanAgain,

    /// <summary>The plan, or a part of it, is written as a text: a JSON string or HTML.</summary>
    EncodedText,

    /// <summary>A comma precedes a closing bracket.</summary>
    TrailingComma,

    /// <summary>The JSON has comments.</summary>
    Comment,

    /// <summary>Texts or names are in other quotes than those of JSON, or in none.</summary>
    Quotes,

    /// <summary>A literal of Python is used in place of one of JSON.</summary>
    Literal,

    /// <summary>There is white space between values that JSON does not allow.</summary>
    WhiteSpace,

    /// <summary>The plan is in a property of another object.</summary>
    Wrapper,

    /// <summary>The list of subtasks has no object of a plan around it.</summary>
    BareArray,

    /// <summary>The subtasks are an object with their ids as names.</summary>
    KeyedObject,

    /// <summary>A property has another name for what it is.</summary>
    PropertyName,

    /// <summary>A property that the form does not have only remarks on the plan, or is empty.</summary>
    ExtraProperty,

    /// <summary>A number is used in place of an id.</summary>
    NumberForId,

    /// <summary>Dependencies are not an array of ids.</summary>
    DependencyForm,

    /// <summary>A whole number is written in another way: with a fraction of zeros or an exponent.</summary>
    Number,

    /// <summary>An estimate is not a number of minutes.</summary>
    Estimate,

    /// <summary>A reference to an output is written in the style of another system.</summary>
    TemplateReference,
}
