using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Plans.Preview;

namespace AgentOrchestration;

/// <summary>
/// Represents an ordered list of subtasks that together reach a goal. It is data: made by a decomposer or by hand, and checked before it runs.
/// </summary>
/// <example>
/// <code>
/// TaskPlan plan = TaskPlan.Create(plan =&gt;
/// {
///     SubtaskRef&lt;Table&gt; sales = plan.Add&lt;ReadTable&gt;("sales").With(new CsvFile("sales.csv"));
///     plan.Add("summary", "summarize", sales.Output());
/// });
/// Console.WriteLine(plan.ToTree());
/// </code>
/// </example>
[JsonConverter(typeof(TaskPlanJsonConverter))]
public sealed record TaskPlan
{
    private static readonly PlanJsonContext IndentedJson = new(new JsonSerializerOptions(PlanJsonContext.Default.Options) { WriteIndented = true });

    /// <summary>Gets the goal of the plan, in words.</summary>
    /// <value>The default value is empty.</value>
    public string Goal { get; init; } = "";

    /// <summary>Gets the subtasks.</summary>
    /// <value>Their order decides ties only.</value>
    public required IReadOnlyList<Subtask> Subtasks { get; init; }

    /// <summary>
    /// Gets the repairs that were made when the plan was read, in their order; beyond the first hundred only their number. Not part of the plan's
    /// JSON.
    /// </summary>
    /// <value>The default value is empty. A plan that did not come from a decomposer is never repaired.</value>
    public IReadOnlyList<PlanRepair> Repairs { get; init; } = [];

    /// <summary>
    /// Gets what planning the plan has used, including rounds in which plans were refused. A decomposer reports the usage of its own answer here. Not
    /// part of the plan's JSON.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: the plan did not come from a decomposer.</value>
    public PlanningUsage? Planning { get; init; }

    /// <summary>
    /// Gets a value that indicates that its texts are as they are meant, because they come from a request or were repaired before: none of
    /// them becomes a reference.
    /// </summary>
    internal bool IsLiteral { get; init; }

    /// <summary>
    /// Gets the JSON schema (Draft 2020-12) of a saved plan, for editors and other programs. Rules that a schema cannot express, such as that
    /// dependencies exist and form no cycle, are checked when the plan is.
    /// </summary>
    /// <value>A JSON object.</value>
    public static JsonElement JsonSchema => PlanJsonSchema.Schema;

    /// <summary>Creates a plan by hand. It passes through the same checks as a model's plan when it is started.</summary>
    /// <param name="build">Adds the subtasks.</param>
    /// <param name="serializerOptions">
    /// Writes typed inputs as JSON. Default: web naming, enums as strings. Use the orchestration's own when it has others.
    /// </param>
    /// <returns>The plan.</returns>
    public static TaskPlan Create(Action<TaskPlanBuilder> build, JsonSerializerOptions? serializerOptions = null)
    {
        ArgumentNullException.ThrowIfNull(build);
        var builder = new TaskPlanBuilder(serializerOptions ?? PayloadSerializer.DefaultOptions);
        build(builder);
        return builder.Build();
    }

    /// <summary>Creates a changed copy: subtasks are added, replaced and removed. It is checked when it is started.</summary>
    /// <param name="edit">Changes the subtasks, and the goal if it likes.</param>
    /// <param name="serializerOptions">
    /// Writes typed inputs as JSON. Default: web naming, enums as strings. Use the orchestration's own when it has others.
    /// </param>
    /// <returns>The changed copy; this plan does not change.</returns>
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
    /// Writes the plan to be saved or edited: indented, with the version of its format. <see cref="JsonSchema"/> describes it, and
    /// <c>TaskPlan.FromJson</c> reads it. Repairs and the usage of planning are not part of it.
    /// </summary>
    /// <returns>The JSON text.</returns>
    /// <exception cref="InvalidPlanException">Plans are nested more than 16 deep.</exception>
    public string ToJson() => JsonSerializer.Serialize(PlanDocument.From(this, PlanVersion.Current), IndentedJson.PlanDocument);

    /// <summary>
    /// Draws the plan for a console: what is wanted at the top, beneath each subtask what it needs, with plans within plans. A subtask that
    /// several need has one line of its own and is referred to after that. Takes any plan, also one that the checks would refuse; text that
    /// could disturb a console is left out.
    /// </summary>
    /// <returns>Lines that each end with a line feed.</returns>
    public string ToTree() => PlanTreeWriter.Write(this);

    /// <summary>Draws the plan for a console, as <see cref="ToTree()"/> does, and lists beneath it what a review has found.</summary>
    /// <param name="review">The review of this plan.</param>
    /// <returns>Lines that each end with a line feed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="review"/> is <see langword="null"/>.</exception>
    public string ToTree(PlanReview review)
    {
        ArgumentNullException.ThrowIfNull(review);
        return ToTree() + PlanReviewWriter.Write(review);
    }

    /// <summary>
    /// Draws the plan as a Mermaid flowchart, from what starts first down to what ends last; plans within plans are subgraphs, and a dotted
    /// arrow is an optional dependency. Takes any plan; no text in it can become markup.
    /// </summary>
    /// <returns>A <c>flowchart TD</c>, in lines that each end with a line feed.</returns>
    public string ToMermaid() => PlanMermaidWriter.Write(this);
}
