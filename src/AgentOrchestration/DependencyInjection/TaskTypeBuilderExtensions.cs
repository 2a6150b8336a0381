using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using AgentOrchestration;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers task types.</summary>
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

    /// <summary>Registers a delegate: the short form.</summary>
    /// <typeparam name="TInput">The input, made from a subtask's arguments; <see cref="None"/> for none.</typeparam>
    /// <typeparam name="TOutput">The output; <see cref="None"/> for none. Treat it as frozen once returned: dependants share it.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name that plans use: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="description">What it does, for people and for the model that plans.</param>
    /// <param name="handler">Does the work of one attempt.</param>
    /// <param name="configure">Decides effect, resources, retries, timeout and the like. Default: nothing.</param>
    /// <exception cref="ArgumentException">The name is ill-formed or taken, or an option is out of range.</exception>
    public static IAgentOrchestrationBuilder AddTaskType<TInput, TOutput>(
        this IAgentOrchestrationBuilder builder,
        string name,
        string description,
        Func<TInput, TaskContext, CancellationToken, ValueTask<TOutput>> handler,
        Action<TaskTypeOptions>? configure = null) =>
        builder.AddTaskType(TaskDescriptor.For(name, description, handler, configure));

    /// <summary>Registers a task type that was described before.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="taskType">The task type. A handler class must be registered with the container too.</param>
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

        builder.Services.AddSingleton(taskType);
        return builder;
    }

    /// <summary>
    /// Registers every class with a <see cref="TaskTypeAttribute"/> in an assembly. One that is registered already stays as it is; to set its
    /// options, call <c>AddTaskType&lt;T&gt;(options)</c> before or after.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="assembly">The assembly.</param>
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
                    $"The class '{type}' has a [TaskType] attribute, but it is no task type: it must be a concrete class that implements ITaskHandler<TInput, TOutput>.",
                    nameof(assembly));
            }

            add.MakeGenericMethod(type).Invoke(null, BindingFlags.DoNotWrapExceptions, null, [builder, null], null);
        }

        return builder;
    }

    /// <summary>Stands for the type argument in the method's definition.</summary>
    private sealed class NoHandler : ITaskHandler<None, None>
    {
        public ValueTask<None> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => new(None.Value);
    }
}
