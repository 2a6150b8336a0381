using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using AgentOrchestration;
using AgentOrchestration.Tasks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Registers delegates as task types, in every form that code can have: an input, then a <see cref="TaskContext"/>, then a <see cref="CancellationToken"/>, each of
/// which may be left out; and an output, a <see cref="Task{TResult}"/> or <see cref="ValueTask{TResult}"/> of it, or none. Of an async lambda, which fits
/// several, the form with <see cref="ValueTask{TResult}"/> is taken.
/// </summary>
/// <example>
/// <code>
/// builder
///     .AddTaskType("read", "Reads a table.", async (CsvFile file, CancellationToken stop) =&gt; await Table.ReadAsync(file, stop))
///     .AddTaskType("sum", "Adds up a table.", (Table table) =&gt; table.Rows.Sum(row =&gt; row.Amount))
///     .AddTaskType("now", "Names the time.", () =&gt; TimeProvider.System.GetUtcNow());
/// </code>
/// </example>
public static class DelegateTaskTypeExtensions
{
    /// <summary>Registers a delegate.</summary>
    /// <typeparam name="TInput">The input, made from a subtask's arguments.</typeparam>
    /// <typeparam name="TOutput">The output. Treat it as frozen once returned: dependants share it.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name that plans use: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="description">The purpose, for people and for the model that plans.</param>
    /// <param name="handler">Does the work of one attempt.</param>
    /// <param name="configure">Decides effect, resources, retries, timeout and the like. Default: nothing.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The name is malformed or taken, or an option is out of range.</exception>
    [OverloadResolutionPriority(5)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput, TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, TaskContext, CancellationToken, ValueTask<TOutput>> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, handler, configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(4)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput, TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, TaskContext, CancellationToken, Task<TOutput>> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext context, CancellationToken stop) => new ValueTask<TOutput>(handler(input, context, stop)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(3)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, TaskContext, CancellationToken, ValueTask> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext context, CancellationToken stop) => WithoutOutput(handler(input, context, stop)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(2)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, TaskContext, CancellationToken, Task> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext context, CancellationToken stop) => WithoutOutput(new ValueTask(handler(input, context, stop))), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(1)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput, TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, TaskContext, CancellationToken, TOutput> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext context, CancellationToken stop) => new ValueTask<TOutput>(handler(input, context, stop)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    public static IAgentOrchestrationBuilder AddTaskType<TInput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Action<TInput, TaskContext, CancellationToken> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, WithoutOutput<TInput>(handler), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(5)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput, TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, CancellationToken, ValueTask<TOutput>> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext _, CancellationToken stop) => handler(input, stop), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(4)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput, TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, CancellationToken, Task<TOutput>> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext _, CancellationToken stop) => new ValueTask<TOutput>(handler(input, stop)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(3)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, CancellationToken, ValueTask> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext _, CancellationToken stop) => WithoutOutput(handler(input, stop)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(2)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, CancellationToken, Task> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext _, CancellationToken stop) => WithoutOutput(new ValueTask(handler(input, stop))), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(1)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput, TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, CancellationToken, TOutput> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext _, CancellationToken stop) => new ValueTask<TOutput>(handler(input, stop)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    public static IAgentOrchestrationBuilder AddTaskType<TInput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Action<TInput, CancellationToken> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, WithoutOutput<TInput>((TInput input, TaskContext _, CancellationToken stop) => handler(input, stop)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(5)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput, TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, TaskContext, ValueTask<TOutput>> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext context, CancellationToken _) => handler(input, context), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(4)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput, TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, TaskContext, Task<TOutput>> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext context, CancellationToken _) => new ValueTask<TOutput>(handler(input, context)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(3)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, TaskContext, ValueTask> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext context, CancellationToken _) => WithoutOutput(handler(input, context)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(2)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, TaskContext, Task> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext context, CancellationToken _) => WithoutOutput(new ValueTask(handler(input, context))), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(1)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput, TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, TaskContext, TOutput> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext context, CancellationToken _) => new ValueTask<TOutput>(handler(input, context)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    public static IAgentOrchestrationBuilder AddTaskType<TInput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Action<TInput, TaskContext> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, WithoutOutput<TInput>((TInput input, TaskContext context, CancellationToken _) => handler(input, context)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(5)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput, TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, ValueTask<TOutput>> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext _, CancellationToken _) => handler(input), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(4)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput, TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, Task<TOutput>> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext _, CancellationToken _) => new ValueTask<TOutput>(handler(input)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(3)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, ValueTask> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext _, CancellationToken _) => WithoutOutput(handler(input)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(2)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, Task> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext _, CancellationToken _) => WithoutOutput(new ValueTask(handler(input))), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(1)]
    public static IAgentOrchestrationBuilder AddTaskType<TInput, TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TInput, TOutput> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (TInput input, TaskContext _, CancellationToken _) => new ValueTask<TOutput>(handler(input)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    public static IAgentOrchestrationBuilder AddTaskType<TInput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Action<TInput> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, WithoutOutput<TInput>((TInput input, TaskContext _, CancellationToken _) => handler(input)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(5)]
    public static IAgentOrchestrationBuilder AddTaskType<TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TaskContext, CancellationToken, ValueTask<TOutput>> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext context, CancellationToken stop) => handler(context, stop), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(4)]
    public static IAgentOrchestrationBuilder AddTaskType<TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TaskContext, CancellationToken, Task<TOutput>> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext context, CancellationToken stop) => new ValueTask<TOutput>(handler(context, stop)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(3)]
    public static IAgentOrchestrationBuilder AddTaskType(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TaskContext, CancellationToken, ValueTask> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext context, CancellationToken stop) => WithoutOutput(handler(context, stop)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(2)]
    public static IAgentOrchestrationBuilder AddTaskType(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TaskContext, CancellationToken, Task> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext context, CancellationToken stop) => WithoutOutput(new ValueTask(handler(context, stop))), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(1)]
    public static IAgentOrchestrationBuilder AddTaskType<TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TaskContext, CancellationToken, TOutput> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext context, CancellationToken stop) => new ValueTask<TOutput>(handler(context, stop)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    public static IAgentOrchestrationBuilder AddTaskType(
        this IAgentOrchestrationBuilder builder, string name, string description, Action<TaskContext, CancellationToken> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, WithoutOutput<None>((None _, TaskContext context, CancellationToken stop) => handler(context, stop)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(5)]
    public static IAgentOrchestrationBuilder AddTaskType<TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<CancellationToken, ValueTask<TOutput>> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext _, CancellationToken stop) => handler(stop), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(4)]
    public static IAgentOrchestrationBuilder AddTaskType<TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<CancellationToken, Task<TOutput>> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext _, CancellationToken stop) => new ValueTask<TOutput>(handler(stop)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(3)]
    public static IAgentOrchestrationBuilder AddTaskType(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<CancellationToken, ValueTask> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext _, CancellationToken stop) => WithoutOutput(handler(stop)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(2)]
    public static IAgentOrchestrationBuilder AddTaskType(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<CancellationToken, Task> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext _, CancellationToken stop) => WithoutOutput(new ValueTask(handler(stop))), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(1)]
    public static IAgentOrchestrationBuilder AddTaskType<TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<CancellationToken, TOutput> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext _, CancellationToken stop) => new ValueTask<TOutput>(handler(stop)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    public static IAgentOrchestrationBuilder AddTaskType(
        this IAgentOrchestrationBuilder builder, string name, string description, Action<CancellationToken> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, WithoutOutput<None>((None _, TaskContext _, CancellationToken stop) => handler(stop)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(5)]
    public static IAgentOrchestrationBuilder AddTaskType<TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TaskContext, ValueTask<TOutput>> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext context, CancellationToken _) => handler(context), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(4)]
    public static IAgentOrchestrationBuilder AddTaskType<TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TaskContext, Task<TOutput>> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext context, CancellationToken _) => new ValueTask<TOutput>(handler(context)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(3)]
    public static IAgentOrchestrationBuilder AddTaskType(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TaskContext, ValueTask> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext context, CancellationToken _) => WithoutOutput(handler(context)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(2)]
    public static IAgentOrchestrationBuilder AddTaskType(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TaskContext, Task> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext context, CancellationToken _) => WithoutOutput(new ValueTask(handler(context))), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(1)]
    public static IAgentOrchestrationBuilder AddTaskType<TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TaskContext, TOutput> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext context, CancellationToken _) => new ValueTask<TOutput>(handler(context)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    public static IAgentOrchestrationBuilder AddTaskType(
        this IAgentOrchestrationBuilder builder, string name, string description, Action<TaskContext> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, WithoutOutput<None>((None _, TaskContext context, CancellationToken _) => handler(context)), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(5)]
    public static IAgentOrchestrationBuilder AddTaskType<TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<ValueTask<TOutput>> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext _, CancellationToken _) => handler(), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(4)]
    public static IAgentOrchestrationBuilder AddTaskType<TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<Task<TOutput>> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext _, CancellationToken _) => new ValueTask<TOutput>(handler()), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(3)]
    public static IAgentOrchestrationBuilder AddTaskType(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<ValueTask> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext _, CancellationToken _) => WithoutOutput(handler()), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(2)]
    public static IAgentOrchestrationBuilder AddTaskType(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<Task> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext _, CancellationToken _) => WithoutOutput(new ValueTask(handler())), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    [OverloadResolutionPriority(1)]
    public static IAgentOrchestrationBuilder AddTaskType<TOutput>(
        this IAgentOrchestrationBuilder builder, string name, string description, Func<TOutput> handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, (None _, TaskContext _, CancellationToken _) => new ValueTask<TOutput>(handler()), configure);

    /// <inheritdoc cref="AddTaskType{TInput, TOutput}(IAgentOrchestrationBuilder, string, string, Func{TInput, TaskContext, CancellationToken, ValueTask{TOutput}}, Action{TaskTypeOptions})"/>
    public static IAgentOrchestrationBuilder AddTaskType(
        this IAgentOrchestrationBuilder builder, string name, string description, Action handler, Action<TaskTypeOptions>? configure = null) =>
        Add(builder, name, description, handler, WithoutOutput<None>((None _, TaskContext _, CancellationToken _) => handler()), configure);

    /// <summary>
    /// Registers code of which the compiler cannot infer the types of input and output: a method by its name, such as <c>Table.ReadAsync</c>. Where
    /// the application is trimmed or compiled ahead of time, name the types: <c>AddTaskType&lt;CsvFile, Table&gt;("read", "Reads a table.", Table.ReadAsync)</c>.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name that plans use: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="description">The purpose, for people and for the model that plans.</param>
    /// <param name="handler">Does the work of one attempt.</param>
    /// <param name="configure">Decides effect, resources, retries, timeout and the like. Default: nothing.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The code has none of the forms, the name is malformed or taken, or an option is out of range.</exception>
    [OverloadResolutionPriority(-1)]
    [RequiresUnreferencedCode("Finds the types of the code by reflection. Name them: AddTaskType<TInput, TOutput>(...).")]
    [RequiresDynamicCode("Calls a generic method made at run time. Name the types: AddTaskType<TInput, TOutput>(...).")]
    public static IAgentOrchestrationBuilder AddTaskType(
        this IAgentOrchestrationBuilder builder, string name, string description, Delegate handler, Action<TaskTypeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return DelegateForm.Of(name, handler).Register(builder, name, description, configure);
    }

    private static IAgentOrchestrationBuilder Add<TInput, TOutput>(
        IAgentOrchestrationBuilder builder,
        string name,
        string description,
        Delegate handler,
        Func<TInput, TaskContext, CancellationToken, ValueTask<TOutput>> code,
        Action<TaskTypeOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return builder.AddTaskType(TaskDescriptor.For(name, description, code, handler.Method, configure));
    }

    private static Func<TInput, TaskContext, CancellationToken, ValueTask<None>> WithoutOutput<TInput>(Action<TInput, TaskContext, CancellationToken> code) => (input, context, stop) =>
    {
        code(input, context, stop);
        return new ValueTask<None>(None.Value);
    };

    private static async ValueTask<None> WithoutOutput(ValueTask code)
    {
        await code.ConfigureAwait(false);
        return None.Value;
    }
}
