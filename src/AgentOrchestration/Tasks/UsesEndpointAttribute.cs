using AgentOrchestration.Tasks.Endpoints;

namespace AgentOrchestration;

/// <summary>
/// Declares that every attempt of a task type calls a model's endpoint: while the endpoint makes its callers wait, its subtasks do not start, and hold neither
/// a worker nor a resource. Same as <see cref="TaskTypeOptions.Endpoint"/>.
/// </summary>
/// <param name="name">The name of the endpoint, as in <c>AddModelEndpoint</c>.</param>
/// <example>
/// <code>
/// [TaskType("digest", Description = "Digests a text."), UsesEndpoint("gpt")]
/// public sealed class Digest : ITaskHandler&lt;string, string&gt;
/// {
///     public async ValueTask&lt;string&gt; ExecuteAsync(string input, TaskContext context, CancellationToken cancellationToken) =&gt;
///         (await context.Chat.GetResponseAsync(input, cancellationToken: cancellationToken)).Text;
/// }
/// </code>
/// </example>
/// <seealso cref="IModelEndpoint"/>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class UsesEndpointAttribute(string name) : Attribute
{
    /// <summary>Gets the name of the endpoint.</summary>
    /// <value>1 to 64 characters of <c>A-Z a-z 0-9 _ -</c>.</value>
    public string Name { get; } = name;
}
