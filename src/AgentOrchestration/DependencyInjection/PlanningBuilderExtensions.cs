using AgentOrchestration;
using AgentOrchestration.DependencyInjection;
using AgentOrchestration.Graph.Checking;
using AgentOrchestration.Optimization;
using AgentOrchestration.Planning;
using AgentOrchestration.Planning.Model;
using AgentOrchestration.Planning.Selection;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Prices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Configures how requests are planned: by which model, and without a model where that is possible.</summary>
/// <example>
/// <code>
/// services.AddAgentOrchestration()
///     .UsePlanCache(options =&gt; options.TimeToLive = TimeSpan.FromHours(1))
///     .AddPlanTemplate("Sales of {region}", plan);
/// </code>
/// </example>
public static class PlanningBuilderExtensions
{
    /// <summary>
    /// Plans with another chat client than the one that tasks use: a larger model, for example. Tasks and results keep the client that is
    /// registered without a key.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="serviceKey">The key under which the client is registered, as with <c>services.AddKeyedChatClient("planner", …)</c>.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentNullException">The builder or the key is <see langword="null"/>.</exception>
    public static IAgentOrchestrationBuilder UsePlanningChatClient(this IAgentOrchestrationBuilder builder, object serviceKey)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(serviceKey);
        builder.Services.Replace(ServiceDescriptor.Singleton(provider => new PlanningChatClient(provider.GetKeyedService<IChatClient>(serviceKey), serviceKey) { Prices = provider.GetService<PriceTable>() }));
        return builder;
    }

    /// <summary>
    /// Answers requests of one form with a plan that is made ahead: the same request about another topic. A request whose goal is not of this form,
    /// or that has inputs, continues with the next template, and after the last with the decomposer; so does a plan that is refused.
    /// </summary>
    /// <remarks>
    /// Goals are compared without regard to case and to white space at both ends. A goal that has the form in two ways, as "from A to B to C"
    /// has "from {x} to {y}", is not guessed at and continues too. What appears in the place of a slot takes the place of the
    /// slot in the plan's goal, names, descriptions, and in texts within arguments and values of conditions: as text and nothing else. It may
    /// be 1,000 characters long. Nothing that is in it changes what the plan does: not which task types, dependencies, references or
    /// properties it has.
    /// </remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="goal">The form of the goal, with slots: <c>market report on {topic}</c>. A slot is a letter and letters, digits or underscores.</param>
    /// <param name="plan">The plan, with the slots in its texts: <c>Who buys {topic}?</c></param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentException">
    /// The goal is empty, names a slot twice or has two of them side by side; or a slot appears in the plan where only the plan itself may say
    /// something, such as an id or the name of a property.
    /// </exception>
    public static IAgentOrchestrationBuilder AddPlanTemplate(this IAgentOrchestrationBuilder builder, string goal, TaskPlan plan)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(goal);
        ArgumentNullException.ThrowIfNull(plan);
        if (builder.Services.All(known => known.ServiceType != typeof(PlanTemplate)))
        {
            Seam<ITaskDecomposer>.Wrap(
                builder.Services, static (provider, inner) => new TemplateTaskDecomposer([.. provider.GetServices<PlanTemplate>()], inner), SeamLayer.Templates);
        }

        builder.Services.AddSingleton(new PlanTemplate(goal, plan));
        return builder;
    }

    /// <summary>
    /// Keeps plans in the application's <see cref="HybridCache"/>: a request that was planned before calls no model. A plan is found again by the
    /// request's goal and inputs, the task types with their versions and schemas, the names of the resources, the model
    /// (<see cref="ChatClientMetadata"/>), the decomposer and the prompt; and only when it still passes every check.
    /// </summary>
    /// <remarks><see cref="IPlanCacheControl"/>, in the container, fills the cache ahead of time and makes plans invalid.</remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options. Default: plans are valid for a day.</param>
    /// <returns><paramref name="builder"/>, for further calls.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time to live is not greater than zero.</exception>
    public static IAgentOrchestrationBuilder UsePlanCache(this IAgentOrchestrationBuilder builder, Action<PlanCacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new PlanCacheOptions();
        configure?.Invoke(options);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.TimeToLive, TimeSpan.Zero, nameof(configure));

        builder.Services.AddHybridCache();
        if (builder.Services.All(known => known.ServiceType != typeof(PlanCache)))
        {
            Seam<ITaskDecomposer>.Wrap(builder.Services, static (provider, inner) => new CachingTaskDecomposer(inner, provider.GetRequiredService<PlanCache>()), SeamLayer.Cache);
        }

        builder.Services.RemoveAll<PlanCache>();
        builder.Services.AddSingleton(provider => new PlanCache(
            provider.GetRequiredService<HybridCache>(),
            options,
            new PlanKey(
                provider.GetRequiredService<ITaskTypeRegistry>(),
                provider.GetRequiredService<IResourceManager>(),
                provider.GetRequiredService<PayloadSerializer>(),
                Seam<ITaskDecomposer>.Innermost(provider),
                provider.GetRequiredService<PlanningChatClient>(),
                provider.GetRequiredService<IOptions<AgentOrchestrationOptions>>().Value.Planning),
            provider.GetRequiredService<PlanChecker>(),
            provider.GetRequiredService<Planner>,
            AgentOrchestrationServiceCollectionExtensions.LoggerOf<PlanCache>(provider)));
        builder.Services.TryAddSingleton<IPlanCacheControl>(provider => provider.GetRequiredService<PlanCache>());
        return builder;
    }
}
