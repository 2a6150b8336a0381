using System.Text.Json;
using System.Text.Json.Nodes;
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
    /// <param name="options">Everything else. Default: the defaults of <see cref="SubtaskOptions"/>.</param>
    /// <exception cref="NotSupportedException"><paramref name="input"/> cannot be written as JSON.</exception>
    public static SubtaskRef Add<THandler, TInput>(
        this TaskPlanBuilder plan,
        string id,
        TInput input,
        IEnumerable<SubtaskRef>? after = null,
        SubtaskOptions? options = null)
        where THandler : class, ITaskHandler
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(id);
        JsonElement written = InputJson.Write(TaskPlanBuilder.InputOf(id), input, typeof(TInput), plan.SerializerOptions);
        JsonNode? arguments = JsonSerializer.SerializeToNode(written, PlanJsonContext.Default.JsonElement);
        return plan.Add(id, TypeName<THandler>(), arguments, after, options);
    }

    /// <summary>Adds a subtask whose input is none, the output of another, or JSON that holds such outputs.</summary>
    /// <typeparam name="THandler">The handler class, which names the task type.</typeparam>
    /// <param name="plan">The plan being built.</param>
    /// <param name="id">Its id.</param>
    /// <param name="input">Its input. Default: none.</param>
    /// <param name="after">Subtasks that must succeed before this one starts. Default: none.</param>
    /// <param name="options">Everything else. Default: the defaults of <see cref="SubtaskOptions"/>.</param>
    public static SubtaskRef Add<THandler>(
        this TaskPlanBuilder plan,
        string id,
        JsonNode? input = null,
        IEnumerable<SubtaskRef>? after = null,
        SubtaskOptions? options = null)
        where THandler : class, ITaskHandler
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Add(id, TypeName<THandler>(), input, after, options);
    }

    private static string TypeName<THandler>()
        where THandler : class, ITaskHandler => HandlerAttributes.Read(typeof(THandler)).TaskType.Name;
}
