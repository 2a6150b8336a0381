using System.Diagnostics.CodeAnalysis;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AgentOrchestration.Testing;

/// <summary>
/// Calls the code of a task type without a run, as an attempt does: in a scope of its own, made by the container. Nothing is retried or
/// timed.
/// </summary>
public sealed class HandlerTester : IAsyncDisposable
{
    private readonly TaskDescriptor _taskType;
    private readonly ServiceProvider _services;
    private int _attempts;

    private HandlerTester(TaskDescriptor taskType, ServiceProvider services)
    {
        _taskType = taskType;
        _services = services;
        Context = new TestTaskContext(services, taskType: taskType);
    }

    /// <summary>Gets the context of the latest call, with all that it reported.</summary>
    /// <value>An unused context before the first call.</value>
    public TestTaskContext Context { get; private set; }

    /// <summary>Creates a tester of a handler class.</summary>
    /// <typeparam name="THandler">The class, with a <see cref="TaskTypeAttribute"/>.</typeparam>
    /// <param name="configure">Adds what its constructor and its context need, such as fakes and a clock. Default: nothing.</param>
    /// <returns>A tester with services of its own; dispose of it.</returns>
    /// <exception cref="ArgumentException">The class has no <see cref="TaskTypeAttribute"/>, or what it says is out of range.</exception>
    public static HandlerTester For<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        Action<IServiceCollection>? configure = null)
        where THandler : class, ITaskHandler =>
        For(TaskDescriptor.Of<THandler>(), services =>
        {
            configure?.Invoke(services);
            services.TryAddScoped<THandler>();
        });

    /// <summary>Creates a tester of a task type that was described.</summary>
    /// <param name="taskType">The task type.</param>
    /// <param name="configure">Adds what its context needs; a handler class too. Default: nothing.</param>
    /// <returns>A tester with services of its own; dispose of it.</returns>
    public static HandlerTester For(TaskDescriptor taskType, Action<IServiceCollection>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(taskType);
        var services = new ServiceCollection();
        configure?.Invoke(services);
        return new HandlerTester(taskType, services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true }));
    }

    /// <summary>Calls the handler once. A second call counts as a second attempt.</summary>
    /// <typeparam name="TOutput">The output.</typeparam>
    /// <param name="input">The input. Default: none.</param>
    /// <param name="cancellationToken">Stops the code. Default: nothing does.</param>
    /// <returns>The output.</returns>
    /// <exception cref="ArgumentException"><paramref name="input"/> is not of the task type's input type.</exception>
    /// <exception cref="InvalidOperationException">The output is null, though the code declares that it is not.</exception>
    /// <exception cref="InvalidCastException">The output is not a <typeparamref name="TOutput"/>.</exception>
    public async Task<TOutput> ExecuteAsync<TOutput>(object? input = null, CancellationToken cancellationToken = default)
    {
        object? checkedInput = Check(input);
        object? output = _taskType.Accept(await InScopeAsync(context => _taskType.InvokeAsync(checkedInput, context, cancellationToken)).ConfigureAwait(false));
        return output is null && _taskType.WhyNotNull is { } reason ? throw new InvalidOperationException(reason) : (TOutput)output!;
    }

    /// <summary>
    /// Checks code that takes several subtasks in one call: every input is tried alone, with all others and with some of them, in several orders, and has to get
    /// the same answer or the same error each time.
    /// </summary>
    /// <param name="inputs">The inputs, at least two; the more they differ, the more is found.</param>
    /// <param name="cancellationToken">Stops the code. Default: nothing does.</param>
    /// <returns>A task that completes when all answers are equal.</returns>
    /// <exception cref="ArgumentException">There are fewer than two inputs, or one is not of the task type's input type.</exception>
    /// <exception cref="InvalidOperationException">
    /// An answer depends on the company; the message names the input, the order and both answers. Or the code takes one subtask at a time.
    /// </exception>
    public async Task CheckBatchAsync(IEnumerable<object?> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        object?[] all = [.. inputs.Select(Check)];
        if (_taskType.Invoker.Batch is null)
        {
            throw new InvalidOperationException($"The code of '{_taskType.Name}' takes one subtask at a time: implement IBatchTaskHandler.");
        }

        if (all.Length < 2)
        {
            throw new ArgumentException($"There are {all.Length} inputs; give at least two.", nameof(inputs));
        }

        await CallerContext.Leave();
        await new BatchCheck(_taskType, _services).RunAsync(all, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Calls the compensation of the handler once.</summary>
    /// <param name="input">The input that the work had.</param>
    /// <param name="output">The output that it made.</param>
    /// <param name="cancellationToken">Stops the code. Default: nothing does.</param>
    /// <returns>A task that completes when the compensation has returned.</returns>
    /// <exception cref="ArgumentException"><paramref name="input"/> is not of the task type's input type.</exception>
    /// <exception cref="NotSupportedException">The work of the task type cannot be compensated.</exception>
    public async Task CompensateAsync(object? input, object? output, CancellationToken cancellationToken = default)
    {
        object? checkedInput = Check(input);
        await InScopeAsync(async context =>
        {
            await _taskType.Invoker.CompensateAsync(checkedInput, _taskType.Accept(output), context, cancellationToken).ConfigureAwait(false);
            return null;
        }).ConfigureAwait(false);
    }

    /// <summary>Disposes of the services.</summary>
    /// <returns>A task that completes when they are disposed of.</returns>
    public async ValueTask DisposeAsync()
    {
        await CallerContext.Leave();
        await _services.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<object?> InScopeAsync(Func<TaskContext, ValueTask<object?>> work)
    {
        await CallerContext.Leave();
        AsyncServiceScope scope = _services.CreateAsyncScope();
        await using (scope.ConfigureAwait(false))
        {
            Context = new TestTaskContext(scope.ServiceProvider, _services.GetService<TimeProvider>(), _taskType, attempt: ++_attempts);
            return await work(Context).ConfigureAwait(false);
        }
    }

    private object? Check(object? input)
    {
        input = _taskType.InputType == typeof(None) ? input ?? None.Value : input;
        bool fits = input is null ? !_taskType.InputType.IsValueType : _taskType.InputType.IsInstanceOfType(input);
        return fits ? input : throw new ArgumentException($"The input is {input?.GetType().ToString() ?? "null"}; {_taskType} wants {_taskType.InputType}.", nameof(input));
    }
}
