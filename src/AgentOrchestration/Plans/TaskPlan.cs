using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Plans.Preview;

namespace AgentOrchestration;

/// <summary>
/// An ordered list of subtasks that together reach a goal. Data: made by a decomposer or by hand, checked before it runs.
/// </summary>
[JsonConverter(typeof(TaskPlanJsonConverter))]
public sealed record TaskPlan
{
    private static readonly PlanJsonContext IndentedJson = new(new JsonSerializerOptions(PlanJsonContext.Default.Options) { WriteIndented = true });

    /// <summary>What the plan is for, in words. Default: empty.</summary>
    public string Goal { get; init; } = "";

    /// <summary>The subtasks; their order decides nothing but ties.</summary>
    public required IReadOnlyList<Subtask> Subtasks { get; init; }

    /// <summary>
    /// What was repaired in it when it was planned, in the order in which it was done; beyond the first hundred only how much. Not part of the plan's JSON. Default: nothing; a plan
    /// that did not come from a decomposer is never repaired.
    /// </summary>
    public IReadOnlyList<PlanRepair> Repairs { get; init; } = [];

    /// <summary>
    /// What planning it has used, the rounds in which plans were refused included. A decomposer tells here what its own answer has used. Not
    /// part of the plan's JSON. Default: <see langword="null"/>; it did not come from a decomposer.
    /// </summary>
    public PlanningUsage? Planning { get; init; }

    /// <summary>
    /// Gets a value that indicates that its texts are as they are meant, because they come from a request or were repaired before: none of
    /// them becomes a reference.
    /// </summary>
    internal bool IsLiteral { get; init; }

    /// <summary>
    /// The JSON schema (Draft 2020-12) of a saved plan, for editors and other programs. What the schema cannot say, such as that dependencies
    /// exist and form no circle, the check says.
    /// </summary>
    public static JsonElement JsonSchema => PlanJsonSchema.Schema;

    /// <summary>Makes a plan by hand. It goes through the same checks as a model's when it is started.</summary>
    /// <param name="build">Adds the subtasks.</param>
    /// <param name="serializerOptions">
    /// Writes typed inputs as JSON. Default: web naming, enums as strings. Use the orchestration's own when it has others.
    /// </param>
    public static TaskPlan Create(Action<TaskPlanBuilder> build, JsonSerializerOptions? serializerOptions = null)
    {
        ArgumentNullException.ThrowIfNull(build);
        var builder = new TaskPlanBuilder(serializerOptions ?? PayloadSerializer.DefaultOptions);
        build(builder);
        return builder.Build();
    }

    /// <summary>Makes a changed copy: subtasks are added, replaced and removed. It goes through the checks when it is started.</summary>
    /// <param name="edit">Changes the subtasks, and the goal if it likes.</param>
    /// <param name="serializerOptions">
    /// Writes typed inputs as JSON. Default: web naming, enums as strings. Use the orchestration's own when it has others.
    /// </param>
    /// <exception cref="ArgumentException">A subtask that is to be replaced or removed is not there.</exception>
    public TaskPlan With(Action<TaskPlanBuilder> edit, JsonSerializerOptions? serializerOptions = null)
    {
        ArgumentNullException.ThrowIfNull(edit);
        var builder = new TaskPlanBuilder(serializerOptions ?? PayloadSerializer.DefaultOptions) { Goal = Goal };
        builder.AddRange(Subtasks);
        edit(builder);
        TaskPlan edited = builder.Build();
        return this with { Goal = edited.Goal, Subtasks = edited.Subtasks };
    }

    /// <summary>
    /// Writes the plan to be saved or edited: indented, with the version of its form. <see cref="JsonSchema"/> describes it, and
    /// <c>TaskPlan.FromJson</c> reads it. What was repaired and what planning used is no part of it.
    /// </summary>
    /// <exception cref="InvalidPlanException">Plans are nested more than 16 deep.</exception>
    public string ToJson() => JsonSerializer.Serialize(PlanDocument.From(this, PlanVersion.Current), IndentedJson.PlanDocument);

    /// <summary>
    /// Draws the plan for a console: what is wanted at the top, beneath each subtask what it needs, with plans within plans. A subtask that
    /// several need has one line of its own and is referred to after that. Takes any plan, also one that the checks would refuse; text that
    /// could disturb a console is left out.
    /// </summary>
    /// <returns>Lines that each end with a line feed.</returns>
    public string ToTree() => PlanTreeWriter.Write(this);

    /// <summary>
    /// Draws the plan as a Mermaid flowchart, from what starts first down to what ends last; plans within plans are subgraphs, and a dotted
    /// arrow is an optional dependency. Takes any plan; no text in it can become markup.
    /// </summary>
    /// <returns>A <c>flowchart TD</c>, in lines that each end with a line feed.</returns>
    public string ToMermaid() => PlanMermaidWriter.Write(this);
}
