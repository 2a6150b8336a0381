using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration;

/// <summary>Collects the subtasks of a plan that is made or changed by hand. Not thread-safe.</summary>
public sealed class TaskPlanBuilder
{
    /// <summary>The subtasks; <see langword="null"/> where one was removed.</summary>
    private readonly List<Subtask?> _subtasks = [];

    /// <summary>Where each is; made when one is changed for the first time.</summary>
    private SubtaskPlaces? _places;

    internal TaskPlanBuilder(JsonSerializerOptions serializerOptions) => SerializerOptions = serializerOptions;

    /// <summary>What the plan is for, in words. Default: empty.</summary>
    public string Goal { get; set; } = "";

    internal JsonSerializerOptions SerializerOptions { get; }

    /// <summary>Gives the subtasks that were added before, when one that is not here is to be changed; from then on they are here. Default: none.</summary>
    internal Func<IReadOnlyList<Subtask>>? Earlier { get; set; }

    /// <summary>Adds a subtask.</summary>
    /// <param name="id">Its id: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="taskType">The registered task type that does the work.</param>
    /// <param name="input">
    /// Its input as JSON, or the output of another subtask (<see cref="SubtaskRef.Output"/>), or JSON that holds such references;
    /// each reference is a dependency. Default: no input.
    /// </param>
    /// <param name="after">Subtasks that must succeed before this one starts, though it uses none of their output. Default: none.</param>
    /// <param name="name">A short name for people. Default: the id.</param>
    /// <param name="description">What it is for. Default: none.</param>
    /// <param name="estimatedDuration">How long one attempt is expected to take. Default: unknown.</param>
    /// <param name="resources">What it needs to hold beside what its task type always needs. Default: nothing.</param>
    /// <param name="optional">
    /// Subtasks that must have ended before this one starts, however they ended; a reference to the output of one that did not succeed
    /// stands for null. Default: none.
    /// </param>
    /// <param name="when">A condition; when it does not hold, the subtask is skipped. What it looks at is a dependency. Default: none.</param>
    /// <param name="policy">What holds for it instead of what its task type says. Default: nothing.</param>
    /// <param name="waitsForAdded">
    /// Whether it waits for everything that its dependencies add to the run. Default: when it changes something outside; see <see cref="Subtask.WaitsForAdded"/>.
    /// </param>
    /// <returns>A reference to the subtask, for the inputs of others.</returns>
    public SubtaskRef Add(
        string id,
        string taskType,
        JsonNode? input = null,
        IEnumerable<SubtaskRef>? after = null,
        string? name = null,
        string? description = null,
        TimeSpan? estimatedDuration = null,
        ResourceRequirements? resources = null,
        IEnumerable<SubtaskRef>? optional = null,
        SubtaskCondition? when = null,
        SubtaskPolicy? policy = null,
        bool? waitsForAdded = null)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(taskType);
        return Add(
            new Subtask
            {
                Id = id,
                TaskType = taskType,
                Name = name!,
                Description = description,
                Arguments = ToArguments(id, input),
                Condition = when,
                WaitsForAdded = waitsForAdded,
                Policy = policy,
                EstimatedDuration = estimatedDuration,
                Resources = resources ?? ResourceRequirements.None,
            },
            after,
            optional);
    }

    /// <summary>Adds a subtask whose work is done once for each item of a list, in parallel. Its output is the list of their outputs, in the same order, or what <paramref name="onItemFailure"/> says.</summary>
    /// <param name="id">Its id: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="items">The list: the output of a dependency, or a part of it.</param>
    /// <param name="taskType">The registered task type that does the work.</param>
    /// <param name="input">The input of one item, with <see cref="ItemReference"/> where the item stands. Default: the item.</param>
    /// <param name="after">Subtasks that must succeed before this one starts. Default: none.</param>
    /// <param name="name">A short name for people. Default: the id.</param>
    /// <param name="description">What it is for. Default: none.</param>
    /// <param name="estimatedDuration">How long one attempt for one item is expected to take. Default: unknown.</param>
    /// <param name="resources">What the work on one item needs to hold beside what its task type always needs. Default: nothing.</param>
    /// <param name="when">A condition; when it does not hold, the subtask is skipped. Default: none.</param>
    /// <param name="policy">What holds for the work on one item instead of what its task type says. Default: nothing.</param>
    /// <param name="onItemFailure">What failed items mean. Default: <see cref="ItemFailurePolicy.Fail"/>.</param>
    /// <param name="waitsForAdded">
    /// Whether it waits for everything that its dependencies add to the run. Default: when it changes something outside; see <see cref="Subtask.WaitsForAdded"/>.
    /// </param>
    /// <returns>A reference to the subtask, for the inputs of others.</returns>
    public SubtaskRef ForEach(
        string id,
        SubtaskOutput items,
        string taskType,
        JsonNode? input = null,
        IEnumerable<SubtaskRef>? after = null,
        string? name = null,
        string? description = null,
        TimeSpan? estimatedDuration = null,
        ResourceRequirements? resources = null,
        SubtaskCondition? when = null,
        SubtaskPolicy? policy = null,
        ItemFailurePolicy onItemFailure = default,
        bool? waitsForAdded = null)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(taskType);
        return AddForEach(new Subtask { Id = id, TaskType = taskType, ForEach = items }, input, after, name, description, estimatedDuration, resources, when, policy, onItemFailure, waitsForAdded);
    }

    /// <summary>Adds a subtask whose work is done once for each item of a list that the plan gives, in parallel. Its output is the list of their outputs, in the same order, or what <paramref name="onItemFailure"/> says.</summary>
    /// <param name="id">Its id: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="items">The list as JSON. It may hold outputs of other subtasks (<see cref="SubtaskRef.Output"/>); each is a dependency.</param>
    /// <param name="taskType">The registered task type that does the work.</param>
    /// <param name="input">The input of one item, with <see cref="ItemReference"/> where the item stands. Default: the item.</param>
    /// <param name="after">Subtasks that must succeed before this one starts. Default: none.</param>
    /// <param name="name">A short name for people. Default: the id.</param>
    /// <param name="description">What it is for. Default: none.</param>
    /// <param name="estimatedDuration">How long one attempt for one item is expected to take. Default: unknown.</param>
    /// <param name="resources">What the work on one item needs to hold beside what its task type always needs. Default: nothing.</param>
    /// <param name="when">A condition; when it does not hold, the subtask is skipped. Default: none.</param>
    /// <param name="policy">What holds for the work on one item instead of what its task type says. Default: nothing.</param>
    /// <param name="onItemFailure">What failed items mean. Default: <see cref="ItemFailurePolicy.Fail"/>.</param>
    /// <param name="waitsForAdded">
    /// Whether it waits for everything that its dependencies add to the run. Default: when it changes something outside; see <see cref="Subtask.WaitsForAdded"/>.
    /// </param>
    /// <returns>A reference to the subtask, for the inputs of others.</returns>
    public SubtaskRef ForEach(
        string id,
        JsonArray items,
        string taskType,
        JsonNode? input = null,
        IEnumerable<SubtaskRef>? after = null,
        string? name = null,
        string? description = null,
        TimeSpan? estimatedDuration = null,
        ResourceRequirements? resources = null,
        SubtaskCondition? when = null,
        SubtaskPolicy? policy = null,
        ItemFailurePolicy onItemFailure = default,
        bool? waitsForAdded = null)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(taskType);
        return AddForEach(new Subtask { Id = id, TaskType = taskType, Items = ToArguments(id, items) }, input, after, name, description, estimatedDuration, resources, when, policy, onItemFailure, waitsForAdded);
    }

    /// <summary>
    /// Adds a plan as a subtask. Its output is an object with the output of each of the plan's last subtasks, those that no other depends
    /// on, under its id. A last subtask that a condition has skipped is left out, and what refers to its output alone is skipped too.
    /// </summary>
    /// <param name="id">Its id: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="plan">The plan. Its subtasks know each other only.</param>
    /// <param name="after">Subtasks that must succeed before this one starts. Default: none.</param>
    /// <param name="name">A short name for people. Default: the id.</param>
    /// <param name="description">What it is for. Default: none.</param>
    /// <param name="when">A condition; when it does not hold, the subtask is skipped. Default: none.</param>
    /// <param name="waitsForAdded">
    /// Whether it waits for everything that its dependencies add to the run. Default: when a subtask of the plan changes something outside; see
    /// <see cref="Subtask.WaitsForAdded"/>.
    /// </param>
    /// <returns>A reference to the subtask, for the inputs of others.</returns>
    public SubtaskRef AddPlan(
        string id,
        TaskPlan plan,
        IEnumerable<SubtaskRef>? after = null,
        string? name = null,
        string? description = null,
        SubtaskCondition? when = null,
        bool? waitsForAdded = null)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(plan);
        return Add(
            new Subtask { Id = id, TaskType = Subtask.NestedPlan, Plan = plan, Name = name!, Description = description, Condition = when, WaitsForAdded = waitsForAdded },
            after,
            optional: null);
    }

    /// <summary>Replaces a subtask, in its place.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="edit">Makes the new one of the old one, for example with a <c>with</c> expression. Its dependencies are what it says.</param>
    /// <exception cref="ArgumentException">There is no such subtask.</exception>
    public void Replace(string id, Func<Subtask, Subtask> edit)
    {
        ArgumentNullException.ThrowIfNull(edit);
        Subtask edited = edit(_subtasks[IndexOf(id)]!) ?? throw new ArgumentException($"The edit of '{id}' gives null; use {nameof(Remove)} to remove it.", nameof(edit));
        int index = IndexOf(id);
        _subtasks[index] = edited;
        if (edited.Id != id)
        {
            _places?.Remove(id);
            _places?.Add(edited.Id, index);
        }
    }

    /// <summary>Removes a subtask. Those that depend on it stay as they are; the check names them.</summary>
    /// <param name="id">Its id.</param>
    /// <exception cref="ArgumentException">There is no such subtask.</exception>
    public void Remove(string id)
    {
        _subtasks[IndexOf(id)] = null;
        _places?.Remove(id);
    }

    private int IndexOf(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        _places ??= new SubtaskPlaces(_subtasks);
        int? index = _places.Find(id);
        if (index is null && Earlier is { } earlier)
        {
            Earlier = null;
            _subtasks.InsertRange(0, earlier());
            _places = null;
            return IndexOf(id);
        }

        return index ?? throw new ArgumentException(
            $"There is no subtask '{Excerpt.Of(id)}'; there are: {string.Join(", ", _subtasks.OfType<Subtask>().Take(20).Select(subtask => Excerpt.Of(subtask.Id)))}.", nameof(id));
    }

    internal static string InputOf(string id) => $"The input of the subtask '{Excerpt.Of(id)}'";

    private static JsonElement? ToArguments(string id, JsonNode? input) => input is null ? null : InputJson.Write(InputOf(id), input);

    private SubtaskRef AddForEach(
        Subtask subtask,
        JsonNode? input,
        IEnumerable<SubtaskRef>? after,
        string? name,
        string? description,
        TimeSpan? estimatedDuration,
        ResourceRequirements? resources,
        SubtaskCondition? when,
        SubtaskPolicy? policy,
        ItemFailurePolicy onItemFailure,
        bool? waitsForAdded) => Add(
            subtask with
            {
                Name = name!,
                Description = description,
                Arguments = ToArguments(subtask.Id, input),
                Condition = when,
                OnItemFailure = onItemFailure,
                WaitsForAdded = waitsForAdded,
                Policy = policy,
                EstimatedDuration = estimatedDuration,
                Resources = resources ?? ResourceRequirements.None,
            },
            after,
            optional: null);

    /// <summary>Adds a subtask with what it depends on: what is named, and every subtask whose output it uses.</summary>
    private SubtaskRef Add(Subtask subtask, IEnumerable<SubtaskRef>? after, IEnumerable<SubtaskRef>? optional)
    {
        string[] optionalIds = [.. (optional ?? []).Select(other => other.Id).Distinct(StringComparer.Ordinal)];
        List<string> needed = [.. (after ?? []).Select(other => other.Id)];
        if (subtask.Arguments is { } arguments)
        {
            needed.AddRange(OutputReferences.In(arguments).Select(reference => reference.Output.SubtaskId));
        }

        if (subtask.Items is { } given)
        {
            needed.AddRange(OutputReferences.In(given).Select(reference => reference.Output.SubtaskId));
        }

        if (subtask.Condition is { } condition)
        {
            needed.Add(condition.Output.SubtaskId);
        }

        if (subtask.ForEach is { } items)
        {
            needed.Add(items.SubtaskId);
        }

        _subtasks.Add(needed.Count + optionalIds.Length == 0 ? subtask : subtask with
        {
            DependsOn = [.. needed.Distinct(StringComparer.Ordinal).Except(optionalIds, StringComparer.Ordinal)],
            OptionalDependsOn = optionalIds,
        });
        _places?.Add(subtask.Id, _subtasks.Count - 1);
        return new SubtaskRef(subtask.Id);
    }

    internal void AddRange(IEnumerable<Subtask> subtasks)
    {
        _subtasks.AddRange(subtasks);
        _places = null;
    }

    internal TaskPlan Build() => new() { Goal = Goal, Subtasks = [.. _subtasks.OfType<Subtask>()] };
}
