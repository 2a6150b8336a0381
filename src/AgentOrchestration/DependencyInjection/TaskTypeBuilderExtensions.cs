using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using AgentOrchestration;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Batching;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers task types.</summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration()
///     .AddTaskTypes(typeof(ReadTable).Assembly)
///     .ConfigureTaskType&lt;ReadTable&gt;(options =&gt; options.MaxConcurrency = 4);
/// </code>
/// </example>
public static class TaskTypeBuilderExtensions
{
    /// <summary>
    /// Registers a handler class. Its instances come from the container, one for each attempt, unless the application has registered the class
    /// itself. A class that is registered already, by itself or with its assembly, in either order, stays registered once: every
    /// <paramref name="configure"/> is applied, in the order of the calls.
    /// </summary>
    /// <typeparam name="THandler">The class, with a <see cref="TaskTypeAttribute"/>.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Decides retries, timeout and the like. Default: nothing.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentException">The class has no <see cref="TaskTypeAttribute"/>, what it says is out of range, or another task type has its name.</exception>
    public static IAgentOrchestrationBuilder AddTaskType<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IAgentOrchestrationBuilder builder, Action<TaskTypeOptions>? configure = null)
        where THandler : class, ITaskHandler
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddTransient<THandler>();
        TaskDescriptor taskType = TaskDescriptor.Of<THandler>(configure);
        if (TaskTypePlaces.Of(builder.Services).Find(taskType.Name) is not { } index || TaskTypePlaces.InstanceAt(builder.Services, index)!.HandlerType != typeof(THandler))
        {
            return builder.AddTaskType(taskType);
        }

        if (configure is not null)
        {
            builder.Services[index] = ServiceDescriptor.Singleton(TaskDescriptor.Of<THandler>(TaskTypePlaces.InstanceAt(builder.Services, index)!.Configure + configure));
        }

        return builder;
    }

    /// <summary>Registers a task type that was described before.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="taskType">The task type. A handler class must be registered with the container too.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public static IAgentOrchestrationBuilder AddTaskType(this IAgentOrchestrationBuilder builder, TaskDescriptor taskType)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(taskType);
        ArgumentException.ThrowIfNullOrEmpty(taskType.Name, nameof(taskType));
        if (TaskTypePlaces.Of(builder.Services).Find(taskType.Name) is { } index)
        {
            TaskDescriptor taken = TaskTypePlaces.InstanceAt(builder.Services, index)!;
            string remedy = taken.HandlerType is { } handler && taskType.HandlerType == handler ? $"Both are the class {handler.Name}: remove one." : "Rename one.";
            throw new ArgumentException($"The task type '{taskType.Name}' is registered twice: as {taken} and as {taskType}. {remedy}", nameof(taskType));
        }

        builder.Services.AddSingleton(TaskTypePlaces.Of(builder.Services).Configure(taskType));
        return builder;
    }

    /// <summary>
    /// Changes the options of a task type that is registered elsewhere: by a scan of its assembly, by a plugin, by another part of the application. May be
    /// called before or after that; every <paramref name="configure"/> is applied, in the order of the calls.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name that plans use. That no task type has it is an error when the task types are first used.</param>
    /// <param name="configure">Changes the options: retries, timeout, concurrency, approval and the rest.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <example>
    /// <code>
    /// builder.AddTaskTypes(typeof(Payment).Assembly)
    ///     .ConfigureTaskType("payment", options =&gt; options.RequiresApproval = true)
    ///     .ConfigureTaskType&lt;Download&gt;(options =&gt; (options.Retry.MaxAttempts, options.MaxConcurrency) = (3, 4));
    /// </code>
    /// </example>
    public static IAgentOrchestrationBuilder ConfigureTaskType(this IAgentOrchestrationBuilder builder, string name, Action<TaskTypeOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(configure);
        if (TaskTypePlaces.Of(builder.Services).Find(name) is { } index)
        {
            builder.Services[index] = ServiceDescriptor.Singleton(TaskTypePlaces.InstanceAt(builder.Services, index)!.With(configure));
        }
        else
        {
            builder.Services.AddSingleton(new TaskTypeConfiguration(name, configure));
        }

        return builder;
    }

    /// <summary>
    /// Changes the options of a handler class that is registered elsewhere: by a scan of its assembly, by a plugin, by another part of the application. May be
    /// called before or after that; every <paramref name="configure"/> is applied, in the order of the calls.
    /// </summary>
    /// <typeparam name="THandler">The class, with a <see cref="TaskTypeAttribute"/>. That it is not registered is an error when the task types are first used.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes the options: retries, timeout, concurrency, approval and the rest.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The class has no <see cref="TaskTypeAttribute"/>, or an option is out of range.</exception>
    public static IAgentOrchestrationBuilder ConfigureTaskType<THandler>(this IAgentOrchestrationBuilder builder, Action<TaskTypeOptions> configure)
        where THandler : class, ITaskHandler => builder.ConfigureTaskType(HandlerAttributes.Read(typeof(THandler)).TaskType.Name, configure);

    /// <summary>Registers a delegate that takes several subtasks in one call.</summary>
    /// <typeparam name="TInput">The input of one subtask.</typeparam>
    /// <typeparam name="TOutput">The output of one subtask.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name that plans use: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="description">What it does for one subtask, for people and for the model that plans.</param>
    /// <param name="handler">
    /// Returns an output for each input, in the same order; another number of outputs fails the batch. A class that implements
    /// <see cref="IBatchTaskHandler{TInput, TOutput}"/> answers each subtask by itself, as soon as it can.
    /// </param>
    /// <param name="configure">
    /// Decides the effect, which must be <see cref="TaskEffect.Pure"/> or <see cref="TaskEffect.Read"/>, <see cref="TaskTypeOptions.Batch"/>, retries and the like.
    /// </param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The name is malformed or taken, or an option is out of range.</exception>
    public static IAgentOrchestrationBuilder AddBatchTaskType<TInput, TOutput>(
        this IAgentOrchestrationBuilder builder,
        string name,
        string description,
        Func<IReadOnlyList<TInput>, BatchContext, CancellationToken, ValueTask<IReadOnlyList<TOutput>>> handler,
        Action<TaskTypeOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddTaskType(TaskDescriptor.ForBatch(name, description, handler, configure));
    }

    /// <summary>
    /// Registers every class with a <see cref="TaskTypeAttribute"/> in an assembly. One that is registered already stays as it is; to set its
    /// options, call <c>ConfigureTaskType</c> before or after.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="assembly">The assembly.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentException">A class with the attribute implements no <see cref="ITaskHandler{TInput, TOutput}"/>, cannot be created, or its name is taken.</exception>
    [RequiresUnreferencedCode("Finds classes by reflection, which trimming may have removed. Use AddTaskType<T>() for each instead.")]
    [RequiresDynamicCode("Calls generic methods made at run time. Use AddTaskType<T>() for each instead.")]
    public static IAgentOrchestrationBuilder AddTaskTypes(this IAgentOrchestrationBuilder builder, Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(assembly);
        MethodInfo add = new Func<IAgentOrchestrationBuilder, Action<TaskTypeOptions>?, IAgentOrchestrationBuilder>(AddTaskType<NoHandler>)
            .Method.GetGenericMethodDefinition();
        foreach (Type type in assembly.GetTypes().Where(type => type.IsDefined(typeof(TaskTypeAttribute), inherit: false)))
        {
            if (!type.IsAssignableTo(typeof(ITaskHandler)) || type.IsAbstract || type.ContainsGenericParameters)
            {
                throw new ArgumentException(
                    $"The class '{type}' has a [TaskType] attribute, but it is not a task type: it must be a concrete class that implements ITaskHandler<TInput, TOutput> or IBatchTaskHandler<TInput, TOutput>.",
                    nameof(assembly));
            }

            add.MakeGenericMethod(type).Invoke(null, BindingFlags.DoNotWrapExceptions, null, [builder, null], null);
        }

        return builder;
    }

    /// <summary>Represents the type argument in the method's definition.</summary>
    private sealed class NoHandler : ITaskHandler<None, None>
    {
        public ValueTask<None> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => new(None.Value);
    }
}
