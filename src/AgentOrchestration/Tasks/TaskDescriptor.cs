using System.Reflection;
using AgentOrchestration.Plans;
using AgentOrchestration.Tasks.Batching;

namespace AgentOrchestration.Tasks;

/// <summary>A kind of work that can be done: the one form of handler classes and delegates alike. Immutable once registered.</summary>
public sealed class TaskDescriptor
{
    private bool? _inputMayBeNull;
    private bool? _outputMayBeNull;

    private TaskDescriptor(Type inputType, Type outputType, TaskInvoker invoker)
    {
        InputType = inputType;
        OutputType = outputType;
        Invoker = invoker;
    }

    /// <summary>Gets the name that plans use.</summary>
    /// <value>1 to 64 characters of <c>A-Z a-z 0-9 _ -</c>.</value>
    public string Name { get; private init; } = "";

    /// <summary>Gets what the task type does, for people and for the model that plans.</summary>
    /// <value>May be empty.</value>
    public string Description { get; private init; } = "";

    /// <summary>Gets the type of the input.</summary>
    /// <value><see cref="None"/> for no input.</value>
    public Type InputType { get; }

    /// <summary>Gets the type of the output.</summary>
    /// <value><see cref="None"/> for no output.</value>
    public Type OutputType { get; }

    /// <summary>Gets the effect on the world.</summary>
    /// <value>The default value is <see cref="TaskEffect.Write"/>.</value>
    public TaskEffect Effect => Options.Effect;

    /// <summary>Gets the version, which changes when an earlier output for the same input is no longer valid.</summary>
    /// <value>The default value is 1.</value>
    public int Version => Options.Version;

    /// <summary>Gets the resources that every attempt holds.</summary>
    /// <value>The default value is <see cref="ResourceRequirements.None"/>.</value>
    public ResourceRequirements Resources => Options.Resources;

    /// <summary>Gets a value that indicates whether the work can be compensated.</summary>
    /// <value>
    /// <see langword="true"/> when the handler class implements <see cref="ICompensable{TInput, TOutput}"/>; otherwise <see langword="false"/>.
    /// </value>
    public bool IsCompensable => Invoker.IsCompensable;

    internal TaskTypeOptions Options { get; private init; } = new();

    /// <summary>The handler class; <see langword="null"/> for a delegate.</summary>
    internal Type? HandlerType { get; private init; }

    /// <summary>Decides the options of a handler class, where its registration has said more than its attributes.</summary>
    internal Action<TaskTypeOptions>? Configure { get; private init; }

    /// <summary>The limits of a subtask for which the plan says nothing else.</summary>
    internal AttemptPolicy Policy => field ??= new AttemptPolicy(this, own: null);

    internal TaskInvoker Invoker { get; }

    /// <summary>Whether the code is declared to take null, or nothing is known of that.</summary>
    internal bool InputMayBeNull => _inputMayBeNull ??= DeclaredNullability.InputMayBeNull(InputType, () => Invoker.Method);

    /// <summary>Whether the code is declared to return null, or nothing is known of that.</summary>
    internal bool OutputMayBeNull => _outputMayBeNull ??= DeclaredNullability.OutputMayBeNull(OutputType, () => Invoker.Method);

    /// <summary>Why null is no output; <see langword="null"/> when it is one.</summary>
    internal string? WhyNotNull => OutputMayBeNull
        ? null
        : $"'{Name}' has returned null, but declares an output that is not null ({CSharpName.Of(OutputType)}). Return a value, or declare that it may be null.";

    /// <summary>Whether an equal subtask's answer may stand for this one's.</summary>
    internal bool MayShare => Effect is TaskEffect.Pure or TaskEffect.Read;

    /// <summary>Gets a value that indicates whether an answer may be kept beyond its run: it is the same every time, or was declared to hold for a time.</summary>
    internal bool MayCache => Effect == TaskEffect.Pure || (Effect == TaskEffect.Read && Options.CacheTimeToLive is not null);

    /// <summary>Describes a handler class by its input and output. Its name and the rest come from its attributes.</summary>
    /// <typeparam name="TInput">The input.</typeparam>
    /// <typeparam name="TOutput">The output.</typeparam>
    /// <returns>The description.</returns>
    public static TaskDescriptor For<TInput, TOutput>() =>
        new(typeof(TInput), typeof(TOutput), new HandlerInvoker<TInput, TOutput>(handlerType: null));

    /// <summary>Describes a handler class whose code takes several subtasks in one call. Its name and the rest come from its attributes.</summary>
    /// <typeparam name="TInput">The input of one subtask.</typeparam>
    /// <typeparam name="TOutput">The output of one subtask.</typeparam>
    /// <returns>The description.</returns>
    public static TaskDescriptor ForBatch<TInput, TOutput>() =>
        new(typeof(TInput), typeof(TOutput), new BatchHandlerInvoker<TInput, TOutput>(handlerType: null));

    /// <summary>Describes a delegate that takes several subtasks in one call.</summary>
    /// <typeparam name="TInput">The input of one subtask.</typeparam>
    /// <typeparam name="TOutput">The output of one subtask.</typeparam>
    /// <param name="name">The name that plans use: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="description">What it does for one subtask, for people and for the model that plans.</param>
    /// <param name="handler">Returns an output for each input, in the same order.</param>
    /// <param name="configure">Decides the effect, which must be <see cref="TaskEffect.Pure"/> or <see cref="TaskEffect.Read"/>, batches, retries and the like.</param>
    /// <returns>The description.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is malformed, or an option is out of range.</exception>
    public static TaskDescriptor ForBatch<TInput, TOutput>(
        string name,
        string description,
        Func<IReadOnlyList<TInput>, BatchContext, CancellationToken, ValueTask<IReadOnlyList<TOutput>>> handler,
        Action<TaskTypeOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentNullException.ThrowIfNull(configure);
        return For(name, description, typeof(TInput), typeof(TOutput), new BatchDelegateInvoker<TInput, TOutput>(handler), configure);
    }

    /// <summary>Describes a delegate.</summary>
    /// <typeparam name="TInput">The input.</typeparam>
    /// <typeparam name="TOutput">The output.</typeparam>
    /// <param name="name">The name that plans use: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="description">What it does, for people and for the model that plans.</param>
    /// <param name="handler">Does the work of one attempt.</param>
    /// <param name="configure">Decides retries, timeout and the like. Default: nothing.</param>
    /// <returns>The description.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is malformed, or an option is out of range.</exception>
    public static TaskDescriptor For<TInput, TOutput>(
        string name,
        string description,
        Func<TInput, TaskContext, CancellationToken, ValueTask<TOutput>> handler,
        Action<TaskTypeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return For(name, description, handler, handler.Method, configure);
    }

    /// <summary>Describes a delegate around a method of the application.</summary>
    internal static TaskDescriptor For<TInput, TOutput>(
        string name,
        string description,
        Func<TInput, TaskContext, CancellationToken, ValueTask<TOutput>> handler,
        MethodInfo method,
        Action<TaskTypeOptions>? configure) =>
        For(name, description, typeof(TInput), typeof(TOutput), new DelegateInvoker<TInput, TOutput>(handler, method), configure);

    private static TaskDescriptor For(string name, string description, Type inputType, Type outputType, TaskInvoker invoker, Action<TaskTypeOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(description);
        var options = new TaskTypeOptions();
        configure?.Invoke(options);
        TaskTypeRules.Check(name, options, invoker, outputType);
        return new TaskDescriptor(inputType, outputType, invoker)
        {
            Name = name,
            Description = description,
            Options = options.Copy(),
        };
    }

    /// <summary>Makes a copy with changed options.</summary>
    internal TaskDescriptor With(Action<TaskTypeOptions> configure)
    {
        TaskTypeOptions options = Options.Copy();
        configure(options);
        TaskTypeRules.Check(Name, options, Invoker, OutputType);
        return new TaskDescriptor(InputType, OutputType, Invoker)
        {
            Name = Name,
            Description = Description,
            Options = options.Copy(),
            HandlerType = HandlerType,
            Configure = HandlerType is null ? null : Configure + configure,
        };
    }

    /// <summary>Describes what has no code of its own.</summary>
    internal static TaskDescriptor ForPlan<TInput, TOutput>(string name, string description) =>
        new(typeof(TInput), typeof(TOutput), new HandlerInvoker<TInput, TOutput>(handlerType: null)) { Name = name, Description = description };

    /// <summary>Describes a handler class.</summary>
    /// <typeparam name="THandler">The class, with a <see cref="TaskTypeAttribute"/>.</typeparam>
    /// <param name="configure">Decides retries, timeout and the like. Default: nothing.</param>
    /// <returns>The description.</returns>
    /// <exception cref="ArgumentException">The class has no <see cref="TaskTypeAttribute"/>, or what it says is out of range.</exception>
    public static TaskDescriptor Of<THandler>(Action<TaskTypeOptions>? configure = null)
        where THandler : class, ITaskHandler
    {
        TaskDescriptor shape = THandler.Describe();
        HandlerAttributes attributes = HandlerAttributes.Read(typeof(THandler));
        TaskTypeOptions options = attributes.ToOptions();
        configure?.Invoke(options);
        if (attributes.Batchable is not null && shape.Invoker.Batch is null)
        {
            throw new ArgumentException($"The class '{typeof(THandler)}' is [Batchable], but does not implement IBatchTaskHandler: its code takes one subtask at a time.");
        }

        TaskTypeRules.Check(attributes.TaskType.Name, options, shape.Invoker, shape.OutputType);
        return new TaskDescriptor(shape.InputType, shape.OutputType, shape.Invoker.For(typeof(THandler)))
        {
            Name = attributes.TaskType.Name,
            Description = attributes.TaskType.Description,
            Options = options.Copy(),
            HandlerType = typeof(THandler),
            Configure = configure,
        };
    }

    /// <summary>Runs the code of the task type. For custom executors and middleware.</summary>
    /// <param name="input">An instance of <see cref="InputType"/>; <see cref="None.Value"/> for none.</param>
    /// <param name="context">The attempt.</param>
    /// <param name="cancellationToken">Cancelled when the attempt has to stop.</param>
    /// <returns>An instance of <see cref="OutputType"/>; <see cref="None.Value"/> for none.</returns>
    public ValueTask<object?> InvokeAsync(object? input, TaskContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Invoker.InvokeAsync(input, context, cancellationToken);
    }

    /// <summary>The output as it counts: of the type that was promised, whatever middleware made of it.</summary>
    internal object? Accept(object? output) => Invoker.Accepts(output) ? output
        : OutputType == typeof(None) ? None.Value
        : throw new InvalidCastException($"The output of '{Name}' is {output?.GetType().ToString() ?? "null"}, not {OutputType}.");

    /// <inheritdoc/>
    public override string ToString() => $"{Name}({InputType.Name}) → {OutputType.Name}";
}
