using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration;

/// <summary>Collects the subtasks of a plan that is made or changed by hand. Not thread-safe.</summary>
/// <example>
/// <code>
/// TaskPlan edited = TaskPlan.FromJson(json).With(plan =&gt;
/// {
///     plan.Replace("sales", subtask =&gt; subtask with { Name = "Sales of 2026" });
///     plan.Remove("draft");
///     plan.Add("check", "check_table", new SubtaskRef("sales").Output());
/// });
/// </code>
/// </example>
public sealed class TaskPlanBuilder
{
    /// <summary>The subtasks; <see langword="null"/> where one was removed.</summary>
    private readonly List<Subtask?> _subtasks = [];

    /// <summary>Where each is; made when one is changed for the first time.</summary>
    private SubtaskPlaces? _places;

    internal TaskPlanBuilder(JsonSerializerOptions serializerOptions) => SerializerOptions = serializerOptions;

    /// <summary>Gets or sets the goal of the plan, in words.</summary>
    /// <value>The default value is empty.</value>
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
    /// <param name="options">Everything else. Default: the defaults of <see cref="SubtaskOptions"/>.</param>
    /// <returns>A reference to the subtask, for the inputs of others.</returns>
    /// <exception cref="ArgumentException"><see cref="SubtaskOptions.OnItemFailure"/> is set: this subtask has no items.</exception>
    public SubtaskRef Add(string id, string taskType, JsonNode? input = null, IEnumerable<SubtaskRef>? after = null, SubtaskOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(taskType);
        RefuseItemPolicy(id, options);
        return Add(NewSubtask(id, taskType, options, ToArguments(id, input)), after);
    }

    /// <summary>Adds a subtask whose input is given afterwards, and whose output has a known type, where that matters.</summary>
    /// <exception cref="ArgumentException"><see cref="SubtaskOptions.OnItemFailure"/> is set, or <see cref="SubtaskOptions.Fallback"/> is no such output.</exception>
    internal void Add(string id, string taskType, Type? outputType, IEnumerable<SubtaskRef>? after, SubtaskOptions? options)
    {
        RefuseItemPolicy(id, options);
        if (outputType is not null && options?.Fallback?.WhyNot(outputType) is { } reason)
        {
            throw new ArgumentException($"{FallbackOf(id)} {reason}. Give a value of the output type of '{taskType}'.", nameof(options));
        }

        Add(NewSubtask(id, taskType, options, outputType: outputType), after);
    }

    /// <summary>
    /// Adds a subtask whose work is done once for each item of a list, in parallel. Its output is the list of their outputs, in the same order, or what
    /// <see cref="SubtaskOptions.OnItemFailure"/> says.
    /// </summary>
    /// <param name="id">Its id: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="items">The list: the output of a dependency, or a part of it.</param>
    /// <param name="taskType">The registered task type that does the work.</param>
    /// <param name="input">The input of one item, with an <see cref="ItemReference"/> in place of the item. Default: the item.</param>
    /// <param name="after">Subtasks that must succeed before this one starts. Default: none.</param>
    /// <param name="options">Everything else. Default: the defaults of <see cref="SubtaskOptions"/>.</param>
    /// <returns>A reference to the subtask, for the inputs of others.</returns>
    public SubtaskRef ForEach(
        string id, SubtaskOutput items, string taskType, JsonNode? input = null, IEnumerable<SubtaskRef>? after = null, SubtaskOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(taskType);
        return Add(NewSubtask(id, taskType, options, ToArguments(id, input), forEach: items), after);
    }

    /// <summary>
    /// Adds a subtask whose work is done once for each item of a list that the plan gives, in parallel. Its output is the list of their outputs, in the
    /// same order, or what <see cref="SubtaskOptions.OnItemFailure"/> says.
    /// </summary>
    /// <param name="id">Its id: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="items">The list as JSON. It may hold outputs of other subtasks (<see cref="SubtaskRef.Output"/>); each is a dependency.</param>
    /// <param name="taskType">The registered task type that does the work.</param>
    /// <param name="input">The input of one item, with an <see cref="ItemReference"/> in place of the item. Default: the item.</param>
    /// <param name="after">Subtasks that must succeed before this one starts. Default: none.</param>
    /// <param name="options">Everything else. Default: the defaults of <see cref="SubtaskOptions"/>.</param>
    /// <returns>A reference to the subtask, for the inputs of others.</returns>
    public SubtaskRef ForEach(
        string id, JsonArray items, string taskType, JsonNode? input = null, IEnumerable<SubtaskRef>? after = null, SubtaskOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(taskType);
        return Add(NewSubtask(id, taskType, options, ToArguments(id, input), items: ToArguments(id, items)), after);
    }

    /// <summary>
    /// Adds a plan as a subtask. Its output is an object with the output of each of the plan's last subtasks, those that no other depends
    /// on, under its id. A last subtask that a condition has skipped is left out, and what refers to its output alone is skipped too.
    /// </summary>
    /// <param name="id">Its id: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="plan">The plan. Its subtasks know each other only.</param>
    /// <param name="after">Subtasks that must succeed before this one starts. Default: none.</param>
    /// <param name="options">Everything else; policies and resources belong to the subtasks of <paramref name="plan"/>. Default: the defaults of <see cref="SubtaskOptions"/>.</param>
    /// <returns>A reference to the subtask, for the inputs of others.</returns>
    /// <exception cref="ArgumentException"><see cref="SubtaskOptions.OnItemFailure"/> is set: this subtask has no items.</exception>
    public SubtaskRef AddPlan(string id, TaskPlan plan, IEnumerable<SubtaskRef>? after = null, SubtaskOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        RefuseItemPolicy(id, options);
        return Add(NewSubtask(id, Subtask.NestedPlan, options, plan: plan), after);
    }

    /// <summary>Gives a subtask that was added without one its input.</summary>
    /// <exception cref="InvalidOperationException">It has an input.</exception>
    internal void GiveInput(string id, JsonElement? arguments, SubtaskOutput? forEach, JsonElement? items, ItemFailurePolicy onItemFailure) => Replace(id, subtask =>
        subtask.Arguments is null && !subtask.IsForEach
            ? WithDependencies(
                subtask with { Arguments = arguments, ForEach = forEach, Items = items, OnItemFailure = onItemFailure }, [.. subtask.DependsOn])
            : throw new InvalidOperationException(
                $"The subtask '{Excerpt.Of(id)}' has an input already. Give each subtask one input, and an id of its own."));

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

    private static string FallbackOf(string id) => $"The fallback of the subtask '{Excerpt.Of(id)}'";

    internal static string InputOf(string id) => $"The input of the subtask '{Excerpt.Of(id)}'";

    private static JsonElement? ToArguments(string id, JsonNode? input) => input is null ? null : InputJson.Write(InputOf(id), input);

    private static void RefuseItemPolicy(string id, SubtaskOptions? options)
    {
        if (options?.OnItemFailure is { ListsErrors: true })
        {
            throw new ArgumentException(
                $"The subtask '{Excerpt.Of(id)}' has no items: leave {nameof(SubtaskOptions.OnItemFailure)} out, or add the subtask with {nameof(ForEach)}.", nameof(options));
        }
    }

    private Subtask NewSubtask(
        string id,
        string taskType,
        SubtaskOptions? options,
        JsonElement? arguments = null,
        SubtaskOutput? forEach = null,
        JsonElement? items = null,
        TaskPlan? plan = null,
        Type? outputType = null)
    {
        ArgumentNullException.ThrowIfNull(id);
        options ??= SubtaskOptions.Default;
        return new Subtask
        {
            Id = id,
            TaskType = taskType,
            Name = options.Name!,
            Description = options.Description,
            OptionalDependsOn = options.Optional.Count == 0 ? [] : [.. options.Optional.Select(other => other.Id).Distinct(StringComparer.Ordinal)],
            Arguments = arguments,
            Condition = options.When,
            ForEach = forEach,
            Items = items,
            OnItemFailure = options.OnItemFailure,
            WaitsForAdded = options.WaitsForAdded,
            Plan = plan,
            Policy = options.Fallback is { } fallback ? (options.Policy ?? new SubtaskPolicy()) with { Fallback = fallback.ToJson(FallbackOf(id), outputType, SerializerOptions) } : options.Policy,
            EstimatedDuration = options.EstimatedDuration,
            Resources = options.Resources ?? ResourceRequirements.None,
        };
    }

    private SubtaskRef Add(Subtask subtask, IEnumerable<SubtaskRef>? after)
    {
        _subtasks.Add(WithDependencies(subtask, [.. (after ?? []).Select(other => other.Id)]));
        _places?.Add(subtask.Id, _subtasks.Count - 1);
        return new SubtaskRef(subtask.Id);
    }

    /// <summary>Makes every subtask whose output is used a dependency, after those that are needed anyway.</summary>
    private static Subtask WithDependencies(Subtask subtask, List<string> needed)
    {
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

        return needed.Count == 0 ? subtask : subtask with
        {
            DependsOn = [.. needed.Distinct(StringComparer.Ordinal).Except(subtask.OptionalDependsOn, StringComparer.Ordinal)],
        };
    }

    internal void AddRange(IEnumerable<Subtask> subtasks)
    {
        _subtasks.AddRange(subtasks);
        _places = null;
    }

    internal TaskPlan Build() => new() { Goal = Goal, Subtasks = [.. _subtasks.OfType<Subtask>()] };
}
