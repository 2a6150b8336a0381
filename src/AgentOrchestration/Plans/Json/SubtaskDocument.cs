using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Preview;

namespace AgentOrchestration.Plans.Json;

/// <summary>
/// A subtask as it appears in JSON. Its properties can be set, because the serializer reads an object that must be initialized several times
/// more slowly.
/// </summary>
internal sealed class SubtaskDocument
{
    [JsonRequired]
    public string Id { get; set; } = "";

    public string? Name { get; set; }

    public string? Description { get; set; }

    [JsonRequired]
    public string Type { get; set; } = "";

    public IReadOnlyList<string?>? DependsOn { get; set; }

    public IReadOnlyList<string?>? OptionalDependsOn { get; set; }

    public JsonElement? Arguments { get; set; }

    public ConditionDocument? When { get; set; }

    /// <summary>A reference to a list, or the list.</summary>
    public JsonElement? ForEach { get; set; }

    /// <summary><c>"fail"</c>, <c>"continue"</c>, or the number of items that may fail.</summary>
    public JsonElement? OnItemFailure { get; set; }

    public bool? WaitsForAdded { get; set; }

    public PlanDocument? Plan { get; set; }

    public PolicyDocument? Policy { get; set; }

    public double? EstimatedMinutes { get; set; }

    public ResourceRequirements? Resources { get; set; }

    public static SubtaskDocument From(Subtask subtask) => From(subtask, depth: 1);

    /// <param name="subtask">The subtask.</param>
    /// <param name="depth">How deep the plan is nested that it is in.</param>
    public static SubtaskDocument From(Subtask subtask, int depth) => new()
    {
        Id = subtask.Id,
        Name = subtask.Name == subtask.Id ? null : subtask.Name,
        Description = subtask.Description,
        Type = subtask.TaskType,
        DependsOn = subtask.DependsOn.Count == 0 ? null : subtask.DependsOn,
        OptionalDependsOn = subtask.OptionalDependsOn.Count == 0 ? null : subtask.OptionalDependsOn,
        Arguments = subtask.Arguments is { ValueKind: not JsonValueKind.Undefined } arguments ? arguments : null,
        When = subtask.Condition is { } condition ? ConditionDocument.From(condition) : null,
        ForEach = subtask.Items is { ValueKind: not JsonValueKind.Undefined } items ? items : (subtask.ForEach is { } list ? JsonSerializer.SerializeToElement(list.Text, PlanJsonContext.Default.String) : null),
        OnItemFailure = ItemFailureJson.Write(subtask.OnItemFailure),
        WaitsForAdded = subtask.WaitsForAdded,
        Plan = subtask.Plan is { } plan ? PlanDocument.From(plan, version: null, depth + 1) : null,
        Policy = subtask.Policy is { } policy ? PolicyDocument.From(policy) : null,
        EstimatedMinutes = subtask.EstimatedDuration?.TotalMinutes,
        Resources = subtask.Resources.IsNone ? null : subtask.Resources,
    };

    public string ToJson() => JsonSerializer.Serialize(this, PlanJsonContext.Default.SubtaskDocument);

    public Subtask ToSubtask(string path, ICollection<PlanDiagnostic> diagnostics)
    {
        bool readable = EstimatedMinutes is null or (>= 0 and <= 1e9);
        if (!readable)
        {
            diagnostics.Add(new PlanDiagnostic(
                PlanDiagnosticCode.InvalidEstimate,
                $"{path}/estimatedMinutes",
                $"The estimate of '{Excerpt.Of(Id)}' is {EstimatedMinutes} minutes.",
                "Give a number of minutes that is not negative, or leave it out.")
            { SubtaskId = Id });
        }

        JsonElement? arguments = Arguments is { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } ? null : Arguments;
        if (arguments is { } element && ArgumentsText.WhyUnreadable(element) is { } reason)
        {
            diagnostics.Add(new PlanDiagnostic(
                PlanDiagnosticCode.InvalidArguments, $"{path}/arguments", $"'{Excerpt.Of(Id)}': {reason}", "Write whole characters.")
            { SubtaskId = Id });
        }

        if (When?.Value is { } value && ArgumentsText.WhyUnreadable(value) is { } why)
        {
            diagnostics.Add(new PlanDiagnostic(
                PlanDiagnosticCode.InvalidControl, $"{path}/when/value", $"'{Excerpt.Of(Id)}': {why}", "Write whole characters.")
            { SubtaskId = Id });
        }

        if (Policy?.Fallback is { ValueKind: not JsonValueKind.Undefined } fallback && ArgumentsText.WhyUnreadable(fallback) is { } unreadable)
        {
            diagnostics.Add(new PlanDiagnostic(
                PlanDiagnosticCode.InvalidPolicy, $"{path}/policy/fallback", $"'{Excerpt.Of(Id)}': {unreadable}", "Write whole characters.")
            { SubtaskId = Id });
        }

        string? noList = WhyNoList(ForEach);
        if (noList is not null)
        {
            diagnostics.Add(new PlanDiagnostic(
                PlanDiagnosticCode.InvalidControl, $"{path}/forEach", $"'{Excerpt.Of(Id)}': {noList}", "Give a JSON array, or refer to a list as \"id/path\".")
            { SubtaskId = Id });
        }

        if (ItemFailureJson.Read(OnItemFailure) is not { } onItemFailure)
        {
            diagnostics.Add(new PlanDiagnostic(
                PlanDiagnosticCode.InvalidControl, $"{path}/onItemFailure", $"'{Excerpt.Of(Id)}': its policy for failed items is invalid.", $"Use {ItemFailureJson.Expected}.")
            { SubtaskId = Id });
            onItemFailure = ItemFailurePolicy.Fail;
        }

        return new Subtask
        {
            Id = Id,
            Name = Name ?? Id,
            Description = Description,
            TaskType = Type,
            DependsOn = IdsOf(DependsOn),
            OptionalDependsOn = IdsOf(OptionalDependsOn),
            Arguments = arguments,
            Condition = When?.ToCondition(),
            ForEach = ForEach is { ValueKind: JsonValueKind.String } reference && noList is null ? SubtaskOutput.Parse(reference.GetString()!) : null,
            Items = ForEach is { ValueKind: JsonValueKind.Array } && noList is null ? ForEach : null,
            OnItemFailure = onItemFailure,
            WaitsForAdded = WaitsForAdded,
            Plan = Plan?.ToPlan(diagnostics, $"{path}/plan"),
            Policy = Policy?.ToPolicy(),
            EstimatedDuration = readable && EstimatedMinutes is { } minutes ? ToTimeSpan(minutes) : null,
            Resources = Resources ?? ResourceRequirements.None,
        };
    }

    private static string? WhyNoList(JsonElement? list) => list switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.String or JsonValueKind.Array } given => ArgumentsText.WhyUnreadable(given),
        _ => "it works through something that is neither a list nor a reference to one.",
    };

    private static IReadOnlyList<string> IdsOf(IReadOnlyList<string?>? ids) =>
        ids is null or { Count: 0 } ? [] : ids.Contains(null) ? [.. ids.Select(id => id ?? "")] : (IReadOnlyList<string>)ids;

    /// <summary>Rounds, where <see cref="TimeSpan.FromMinutes(double)"/> cuts off: what was written is read back to the tick.</summary>
    private static TimeSpan ToTimeSpan(double minutes) => new((long)Math.Round(minutes * TimeSpan.TicksPerMinute));
}
