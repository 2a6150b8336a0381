using System.Text.Json;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration;

/// <summary>Adds subtasks by their handler class instead of its name.</summary>
public static class TaskPlanBuilderExtensions
{
    /// <summary>Adds a subtask with a typed input.</summary>
    /// <typeparam name="THandler">The handler class, which names the task type.</typeparam>
    /// <typeparam name="TInput">The type of the input.</typeparam>
    /// <param name="plan">The plan being built.</param>
    /// <param name="id">Its id.</param>
    /// <param name="input">Its input.</param>
    /// <param name="after">Subtasks that must succeed before this one starts. Default: none.</param>
    /// <param name="name">A short name for people. Default: the id.</param>
    /// <param name="description">What it is for. Default: none.</param>
    /// <param name="estimatedDuration">How long one attempt is expected to take. Default: unknown.</param>
    /// <param name="resources">What it needs to hold beside what its task type always needs. Default: nothing.</param>
    /// <param name="optional">Subtasks that must have ended before this one starts, however they ended. Default: none.</param>
    /// <param name="when">A condition; when it does not hold, the subtask is skipped. Default: none.</param>
    /// <param name="policy">What holds for it instead of what its task type says. Default: nothing.</param>
    /// <param name="waitsForAdded">
    /// Whether it waits for everything that its dependencies add to the run. Default: when it changes something outside; see <see cref="Subtask.WaitsForAdded"/>.
    /// </param>
    /// <exception cref="NotSupportedException"><paramref name="input"/> cannot be written as JSON.</exception>
    public static SubtaskRef Add<THandler, TInput>(
        this TaskPlanBuilder plan,
        string id,
        TInput input,
        IEnumerable<SubtaskRef>? after = null,
        string? name = null,
        string? description = null,
        TimeSpan? estimatedDuration = null,
        ResourceRequirements? resources = null,
        IEnumerable<SubtaskRef>? optional = null,
        SubtaskCondition? when = null,
        SubtaskPolicy? policy = null,
        bool? waitsForAdded = null)
        where THandler : class, ITaskHandler
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(id);
        JsonElement written = InputJson.Write(TaskPlanBuilder.InputOf(id), input, typeof(TInput), plan.SerializerOptions);
        JsonNode? arguments = JsonSerializer.SerializeToNode(written, PlanJsonContext.Default.JsonElement);
        return plan.Add(id, TypeName<THandler>(), arguments, after, name, description, estimatedDuration, resources, optional, when, policy, waitsForAdded);
    }

    /// <summary>Adds a subtask whose input is none, the output of another, or JSON that holds such outputs.</summary>
    /// <typeparam name="THandler">The handler class, which names the task type.</typeparam>
    /// <param name="plan">The plan being built.</param>
    /// <param name="id">Its id.</param>
    /// <param name="input">Its input. Default: none.</param>
    /// <param name="after">Subtasks that must succeed before this one starts. Default: none.</param>
    /// <param name="name">A short name for people. Default: the id.</param>
    /// <param name="description">What it is for. Default: none.</param>
    /// <param name="estimatedDuration">How long one attempt is expected to take. Default: unknown.</param>
    /// <param name="resources">What it needs to hold beside what its task type always needs. Default: nothing.</param>
    /// <param name="optional">Subtasks that must have ended before this one starts, however they ended. Default: none.</param>
    /// <param name="when">A condition; when it does not hold, the subtask is skipped. Default: none.</param>
    /// <param name="policy">What holds for it instead of what its task type says. Default: nothing.</param>
    /// <param name="waitsForAdded">
    /// Whether it waits for everything that its dependencies add to the run. Default: when it changes something outside; see <see cref="Subtask.WaitsForAdded"/>.
    /// </param>
    public static SubtaskRef Add<THandler>(
        this TaskPlanBuilder plan,
        string id,
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
        where THandler : class, ITaskHandler
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Add(id, TypeName<THandler>(), input, after, name, description, estimatedDuration, resources, optional, when, policy, waitsForAdded);
    }

    private static string TypeName<THandler>()
        where THandler : class, ITaskHandler => HandlerAttributes.Read(typeof(THandler)).TaskType.Name;
}
