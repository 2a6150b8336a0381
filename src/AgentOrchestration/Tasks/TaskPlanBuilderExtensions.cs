using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using System.Text.Json;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Expressions;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration;

/// <summary>
/// Adds subtasks by their handler class or their <see cref="TaskType{TInput, TOutput}"/>, whose input and output types are those of the subtask: a
/// wrong input does not compile.
/// </summary>
/// <example>
/// <code>
/// TaskPlan plan = TaskPlan.Create(plan =&gt;
/// {
///     SubtaskRef&lt;Table&gt; sales = plan.Add&lt;ReadTable&gt;("sales").With(new CsvFile("sales.csv"));
///     SubtaskRef&lt;Table&gt; costs = plan.Add&lt;ReadTable&gt;("costs").With(new CsvFile("costs.csv"));
///     SubtaskRef&lt;Table&gt; merged = plan.Add&lt;Merge&gt;("merged").With(outputs =&gt; new MergeInput(outputs.Of(sales).Rows, outputs.Of(costs), 2026));
///     plan.Add&lt;Check&gt;("checks", after: [costs]).ForEach(merged.Output(table =&gt; table.Rows));
/// });
/// </code>
/// </example>
public static class TaskPlanBuilderExtensions
{
    /// <summary>Adds a subtask by its handler class. <c>With</c> or <c>ForEach</c> on the result gives it its input.</summary>
    /// <typeparam name="THandler">The handler class, which names the task type.</typeparam>
    /// <param name="plan">The plan being built.</param>
    /// <param name="id">Its id: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="after">Subtasks that must succeed before this one starts, though it uses none of their output. Default: none.</param>
    /// <param name="options">Everything else. Default: the defaults of <see cref="SubtaskOptions"/>.</param>
    /// <returns>The subtask, still without an input.</returns>
    /// <exception cref="ArgumentException">
    /// The class has no <see cref="TaskTypeAttribute"/>, <see cref="SubtaskOptions.Fallback"/> is no output of it, or
    /// <see cref="SubtaskOptions.OnItemFailure"/> is set: <c>ForEach</c> takes it, because it decides the type of the output.
    /// </exception>
    public static NewSubtask<THandler> Add<THandler>(this TaskPlanBuilder plan, string id, IEnumerable<SubtaskRef>? after = null, SubtaskOptions? options = null)
        where THandler : class, ITaskHandler
    {
        ArgumentNullException.ThrowIfNull(plan);
        plan.Add(id, HandlerAttributes.Read(typeof(THandler)).TaskType.Name, options?.Fallback is null ? null : THandler.Describe().OutputType, after, options);
        return new NewSubtask<THandler>(plan, id);
    }

    /// <summary>Adds a subtask by a task type without a class. <c>With</c> or <c>ForEach</c> on the result gives it its input.</summary>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="plan">The plan being built.</param>
    /// <param name="id">Its id: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="taskType">The task type. It has to be registered with these types when the plan is started.</param>
    /// <param name="after">Subtasks that must succeed before this one starts, though it uses none of their output. Default: none.</param>
    /// <param name="options">Everything else. Default: the defaults of <see cref="SubtaskOptions"/>.</param>
    /// <returns>The subtask, still without an input.</returns>
    /// <exception cref="ArgumentException">
    /// <see cref="SubtaskOptions.OnItemFailure"/> is set: <c>ForEach</c> takes it, because it decides the type of the output.
    /// </exception>
    public static NewSubtask<TInput, TOutput> Add<TInput, TOutput>(
        this TaskPlanBuilder plan, string id, TaskType<TInput, TOutput> taskType, IEnumerable<SubtaskRef>? after = null, SubtaskOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(taskType);
        plan.Add(id, taskType.Name, after: after, options: options);
        return new NewSubtask<TInput, TOutput>(plan, id);
    }

    /// <summary>Gives a subtask its input.</summary>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="subtask">The subtask.</param>
    /// <param name="input">Its input.</param>
    /// <returns>A reference to the subtask, for the inputs of others.</returns>
    /// <exception cref="NotSupportedException"><paramref name="input"/> cannot be written as JSON.</exception>
    /// <exception cref="InvalidOperationException">The subtask has an input.</exception>
    [OverloadResolutionPriority(1)]
    public static SubtaskRef<TOutput> With<TInput, TOutput>(this INewSubtask<ITaskHandler<TInput, TOutput>> subtask, TInput input)
    {
        ArgumentNullException.ThrowIfNull(subtask);
        return input is IUntypedOutput output
            ? WithOutput(subtask, output.ToSubtaskOutput())
            : Give<TOutput>(subtask.Plan, subtask.Id, arguments: InputJson.Write(TaskPlanBuilder.InputOf(subtask.Id), input, typeof(TInput), subtask.Plan.SerializerOptions));
    }

    /// <summary>Makes the output of another subtask, or a part of it, the input of a subtask, and thereby a dependency.</summary>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="subtask">The subtask.</param>
    /// <param name="input">The output of another, or a part of it.</param>
    /// <returns>A reference to the subtask, for the inputs of others.</returns>
    /// <exception cref="InvalidOperationException">The subtask has an input.</exception>
    public static SubtaskRef<TOutput> With<TInput, TOutput>(this INewSubtask<ITaskHandler<TInput, TOutput>> subtask, ISubtaskOutput<TInput> input)
    {
        ArgumentNullException.ThrowIfNull(subtask);
        ArgumentNullException.ThrowIfNull(input);
        return WithOutput(subtask, input.ToSubtaskOutput());
    }

    /// <summary>Gives a subtask an input that is made of outputs of other subtasks, each of which becomes a dependency, and of values.</summary>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="subtask">The subtask.</param>
    /// <param name="input">
    /// Describes the input, as in <c>outputs =&gt; new MergeInput(outputs.Of(sales).Rows, 2026)</c>. It may hold new objects, arrays and lists, of
    /// references with their properties and indexes, and of constants, variables, fields and properties. It is read, never run: constructors are
    /// matched with the JSON by the names of their parameters.
    /// </param>
    /// <returns>A reference to the subtask, for the inputs of others.</returns>
    /// <exception cref="ArgumentException"><paramref name="input"/> holds something else.</exception>
    /// <exception cref="NotSupportedException">A value cannot be written as JSON.</exception>
    /// <exception cref="InvalidOperationException">The subtask has an input.</exception>
    public static SubtaskRef<TOutput> With<TInput, TOutput>(
        this INewSubtask<ITaskHandler<TInput, TOutput>> subtask, Expression<Func<ISubtaskOutputs, TInput>> input)
    {
        ArgumentNullException.ThrowIfNull(subtask);
        ArgumentNullException.ThrowIfNull(input);
        return Give<TOutput>(subtask.Plan, subtask.Id, arguments: Write(subtask.Plan, subtask.Id, input));
    }

    /// <summary>Refers to a subtask whose handler takes no input.</summary>
    /// <typeparam name="TOutput">The type of the output.</typeparam>
    /// <param name="subtask">The subtask.</param>
    /// <returns>A reference to the subtask, for the inputs of others.</returns>
    public static SubtaskRef<TOutput> WithoutInput<TOutput>(this INewSubtask<ITaskHandler<None, TOutput>> subtask)
    {
        ArgumentNullException.ThrowIfNull(subtask);
        return new SubtaskRef<TOutput>(subtask.Id, subtask.Plan.SerializerOptions);
    }

    /// <summary>Makes a subtask do its work once for each input of a list, in parallel.</summary>
    /// <typeparam name="TInput">The type of an input.</typeparam>
    /// <typeparam name="TOutput">The type of the output for one input.</typeparam>
    /// <param name="subtask">The subtask.</param>
    /// <param name="items">The inputs.</param>
    /// <returns>A reference to the subtask, whose output is the list of the outputs, in the same order.</returns>
    /// <exception cref="NotSupportedException">An input cannot be written as JSON.</exception>
    /// <exception cref="InvalidOperationException">The subtask has an input.</exception>
    public static SubtaskRef<IReadOnlyList<TOutput>> ForEach<TInput, TOutput>(this INewSubtask<ITaskHandler<TInput, TOutput>> subtask, IEnumerable<TInput> items)
    {
        ArgumentNullException.ThrowIfNull(subtask);
        return Give<IReadOnlyList<TOutput>>(subtask.Plan, subtask.Id, items: WriteItems(subtask.Plan, subtask.Id, items));
    }

    /// <summary>Makes a subtask do its work once for each input of a list, in parallel, and continue when some fail.</summary>
    /// <typeparam name="TInput">The type of an input.</typeparam>
    /// <typeparam name="TOutput">The type of the output for one input.</typeparam>
    /// <param name="subtask">The subtask.</param>
    /// <param name="items">The inputs.</param>
    /// <param name="onItemFailure">How many may fail; not <see cref="ItemFailurePolicy.Fail"/>.</param>
    /// <returns>A reference to the subtask, whose output has the output or the error of each input, in the same order.</returns>
    /// <exception cref="ArgumentException"><paramref name="onItemFailure"/> is <see cref="ItemFailurePolicy.Fail"/>.</exception>
    /// <exception cref="NotSupportedException">An input cannot be written as JSON.</exception>
    /// <exception cref="InvalidOperationException">The subtask has an input.</exception>
    public static SubtaskRef<IReadOnlyList<ItemResult<TOutput>>> ForEach<TInput, TOutput>(
        this INewSubtask<ITaskHandler<TInput, TOutput>> subtask, IEnumerable<TInput> items, ItemFailurePolicy onItemFailure)
    {
        ArgumentNullException.ThrowIfNull(subtask);
        return Give<IReadOnlyList<ItemResult<TOutput>>>(
            subtask.Plan, subtask.Id, items: WriteItems(subtask.Plan, subtask.Id, items), onItemFailure: Tolerant(onItemFailure));
    }

    /// <summary>Makes a subtask do its work once for each item of a list in an output, in parallel. The output's subtask becomes a dependency.</summary>
    /// <typeparam name="TInput">The type of an input.</typeparam>
    /// <typeparam name="TOutput">The type of the output for one input.</typeparam>
    /// <param name="subtask">The subtask.</param>
    /// <param name="items">The list.</param>
    /// <returns>A reference to the subtask, whose output is the list of the outputs, in the same order.</returns>
    /// <exception cref="InvalidOperationException">The subtask has an input.</exception>
    public static SubtaskRef<IReadOnlyList<TOutput>> ForEach<TInput, TOutput>(
        this INewSubtask<ITaskHandler<TInput, TOutput>> subtask, ISubtaskOutput<IEnumerable<TInput>> items)
    {
        ArgumentNullException.ThrowIfNull(subtask);
        ArgumentNullException.ThrowIfNull(items);
        return Give<IReadOnlyList<TOutput>>(subtask.Plan, subtask.Id, forEach: items.ToSubtaskOutput());
    }

    /// <summary>Makes a subtask do its work once for each item of a list in an output, in parallel, and continue when some fail. The output's subtask becomes a dependency.</summary>
    /// <typeparam name="TInput">The type of an input.</typeparam>
    /// <typeparam name="TOutput">The type of the output for one input.</typeparam>
    /// <param name="subtask">The subtask.</param>
    /// <param name="items">The list.</param>
    /// <param name="onItemFailure">How many may fail; not <see cref="ItemFailurePolicy.Fail"/>.</param>
    /// <returns>A reference to the subtask, whose output has the output or the error of each input, in the same order.</returns>
    /// <exception cref="ArgumentException"><paramref name="onItemFailure"/> is <see cref="ItemFailurePolicy.Fail"/>.</exception>
    /// <exception cref="InvalidOperationException">The subtask has an input.</exception>
    public static SubtaskRef<IReadOnlyList<ItemResult<TOutput>>> ForEach<TInput, TOutput>(
        this INewSubtask<ITaskHandler<TInput, TOutput>> subtask, ISubtaskOutput<IEnumerable<TInput>> items, ItemFailurePolicy onItemFailure)
    {
        ArgumentNullException.ThrowIfNull(subtask);
        ArgumentNullException.ThrowIfNull(items);
        return Give<IReadOnlyList<ItemResult<TOutput>>>(subtask.Plan, subtask.Id, forEach: items.ToSubtaskOutput(), onItemFailure: Tolerant(onItemFailure));
    }

    /// <summary>Makes a subtask do its work once for each item of a list in an output, in parallel, with an input that is made of the item.</summary>
    /// <typeparam name="TInput">The type of an input.</typeparam>
    /// <typeparam name="TOutput">The type of the output for one input.</typeparam>
    /// <typeparam name="TItem">The type of an item.</typeparam>
    /// <param name="subtask">The subtask.</param>
    /// <param name="items">The list.</param>
    /// <param name="input">Describes the input for one item, as in <c>(row, outputs) =&gt; new ScoreInput(row.Name, outputs.Of(costs), 2026)</c>. It is read, never run.</param>
    /// <returns>A reference to the subtask, whose output is the list of the outputs, in the same order.</returns>
    /// <exception cref="ArgumentException"><paramref name="input"/> holds something else than objects, lists, references, parts of the item and values.</exception>
    /// <exception cref="NotSupportedException">A value cannot be written as JSON.</exception>
    /// <exception cref="InvalidOperationException">The subtask has an input.</exception>
    public static SubtaskRef<IReadOnlyList<TOutput>> ForEach<TInput, TOutput, TItem>(
        this INewSubtask<ITaskHandler<TInput, TOutput>> subtask, ISubtaskOutput<IEnumerable<TItem>> items, Expression<Func<TItem, ISubtaskOutputs, TInput>> input)
    {
        ArgumentNullException.ThrowIfNull(subtask);
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(input);
        return Give<IReadOnlyList<TOutput>>(subtask.Plan, subtask.Id, Write(subtask.Plan, subtask.Id, input), items.ToSubtaskOutput());
    }

    private static SubtaskRef<TOutput> WithOutput<TInput, TOutput>(INewSubtask<ITaskHandler<TInput, TOutput>> subtask, SubtaskOutput output) =>
        Give<TOutput>(subtask.Plan, subtask.Id, arguments: InputJson.Write(TaskPlanBuilder.InputOf(subtask.Id), output.ToJsonNode()));

    private static SubtaskRef<TOutput> Give<TOutput>(
        TaskPlanBuilder plan,
        string id,
        JsonElement? arguments = null,
        SubtaskOutput? forEach = null,
        JsonElement? items = null,
        ItemFailurePolicy onItemFailure = default)
    {
        plan.GiveInput(id, arguments is { ValueKind: JsonValueKind.Null } ? null : arguments, forEach, items, onItemFailure);
        return new SubtaskRef<TOutput>(id, plan.SerializerOptions);
    }

    private static JsonElement? Write(TaskPlanBuilder plan, string id, LambdaExpression input) =>
        new InputExpression(TaskPlanBuilder.InputOf(id), plan.SerializerOptions).Write(input);

    private static JsonElement WriteItems<TInput>(TaskPlanBuilder plan, string id, IEnumerable<TInput> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return InputJson.WriteList(TaskPlanBuilder.InputOf(id), items, plan.SerializerOptions);
    }

    private static ItemFailurePolicy Tolerant(ItemFailurePolicy onItemFailure) => onItemFailure.ListsErrors
        ? onItemFailure
        : throw new ArgumentException("Leave the policy out when no item may fail: the output is then the list of outputs.", nameof(onItemFailure));
}
