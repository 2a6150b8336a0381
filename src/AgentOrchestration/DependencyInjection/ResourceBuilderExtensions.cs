using AgentOrchestration;
using AgentOrchestration.Plans;
using AgentOrchestration.Resources;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Declares resources.</summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration()
///     .AddResource("gpu", capacity: 2)
///     .AddResource("tokens", capacity: 60_000, replenishEvery: TimeSpan.FromMinutes(1))
///     .AddConsumableResource("searches", amount: 1_000);
/// </code>
/// </example>
public static class ResourceBuilderExtensions
{
    private static readonly TimeSpan LongestIdleTime = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(366);

    /// <summary>
    /// Declares a pool whose capacity is returned after use, or replaces the machine's own capacity of cpu or memory. The last declaration of a
    /// name counts.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The pool's name: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="capacity">All there is, greater than zero: thousandths of a core for cpu, MiB for memory, your own unit for others.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentException">The name is malformed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is zero or negative.</exception>
    public static IAgentOrchestrationBuilder AddResource(this IAgentOrchestrationBuilder builder, string name, long capacity) =>
        Declare(builder, name, new ResourceDeclaration(name, capacity));

    /// <summary>
    /// Declares a pool that grows again with time, such as a provider's limit of tokens per minute: what an attempt takes is used up, and the end of
    /// the attempt returns nothing. It grows steadily (a token bucket): after half a period an empty pool is half full, after a period it is full.
    /// Every attempt takes anew, also a retry.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The pool's name: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="capacity">The most that there is at a time, greater than zero, in your own unit.</param>
    /// <param name="replenishEvery">How long an empty pool takes to be full, greater than zero and at most 366 days.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentException">The name is malformed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is zero or negative, or the time is outside its range.</exception>
    public static IAgentOrchestrationBuilder AddResource(this IAgentOrchestrationBuilder builder, string name, long capacity, TimeSpan replenishEvery)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(replenishEvery, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(replenishEvery, LongestPeriod);
        return Declare(builder, name, new ResourceDeclaration(name, capacity) { Kind = ResourcePoolKind.Replenishing, Period = replenishEvery });
    }

    /// <summary>
    /// Declares a pool that is used up, a budget for all runs of the process: what an attempt takes is gone, also that of an attempt that fails. A
    /// subtask that needs more than what is left fails (<c>ResourceUnavailable</c>); <see cref="IAdjustableResources"/> raises it.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The pool's name: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
    /// <param name="amount">All there is, greater than zero, in your own unit.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentException">The name is malformed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The amount is zero or negative.</exception>
    public static IAgentOrchestrationBuilder AddConsumableResource(this IAgentOrchestrationBuilder builder, string name, long amount) =>
        Declare(builder, name, new ResourceDeclaration(name, amount) { Kind = ResourcePoolKind.Consumable });

    /// <summary>
    /// Declares a resource of objects that are costly to make, such as browsers or connections. A subtask that requires the resource gets its object
    /// from <see cref="TaskContext.RentAsync"/>. Objects are made when they are asked for and none is idle, or ahead of need
    /// (<see cref="ResourceObjectOptions{T}.MakeAhead"/>), reset when they come back, and closed
    /// (<see cref="IAsyncDisposable"/>, <see cref="IDisposable"/>) after an idle time, when the pool shrinks, and when the application ends.
    /// </summary>
    /// <typeparam name="T">The type of the objects.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The resource's name: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>. Its unit is one object.</param>
    /// <param name="maximum">The most objects that there may be at a time, greater than zero.</param>
    /// <param name="make">Makes one, from the application's services. If it throws, so does <see cref="TaskContext.RentAsync"/>; called from any thread.</param>
    /// <param name="configure">Sets how they are kept. Default: without reset, closed after a minute.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentException">The name is malformed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The maximum is zero or negative, or the idle time is outside its range.</exception>
    public static IAgentOrchestrationBuilder AddResourceObjects<T>(
        this IAgentOrchestrationBuilder builder,
        string name,
        int maximum,
        Func<IServiceProvider, CancellationToken, ValueTask<T>> make,
        Action<ResourceObjectOptions<T>>? configure = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(make);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximum);
        var options = new ResourceObjectOptions<T>();
        configure?.Invoke(options);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.IdleTimeout, TimeSpan.Zero, nameof(options.IdleTimeout));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.IdleTimeout, LongestIdleTime, nameof(options.IdleTimeout));
        builder.AddResource(name, maximum);
        Func<T, ValueTask>? reset = options.Reset;
        builder.Services.AddSingleton(new ResourceObjectDeclaration(
            name,
            async (services, stop) => await make(services, stop).ConfigureAwait(false),
            reset is null ? null : item => reset((T)item),
            options.IdleTimeout,
            options.MakeAhead));
        return builder;
    }

    private static IAgentOrchestrationBuilder Declare(IAgentOrchestrationBuilder builder, string name, ResourceDeclaration declaration)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(declaration.Capacity, declaration.Kind == ResourcePoolKind.Consumable ? "amount" : "capacity");
        if (!SubtaskId.IsValid(name))
        {
            throw new ArgumentException($"'{name}' is not a valid name of a resource: use 1 to 64 of A-Z a-z 0-9 _ -.", nameof(name));
        }

        builder.Services.AddSingleton(declaration);
        return builder;
    }
}
