namespace AgentOrchestration;

/// <summary>
/// Makes a class a task type. The class implements <see cref="ITaskHandler{TInput, TOutput}"/>. Says what is always true of the type;
/// timeouts, retries and the like are options of its registration.
/// </summary>
/// <param name="name">The name that plans use: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
/// <example>
/// <code>
/// [TaskType("word_count", Description = "Counts the words of a text.", Effect = TaskEffect.Pure)]
/// public sealed class WordCount : ITaskHandler&lt;string, int&gt;
/// {
///     public ValueTask&lt;int&gt; ExecuteAsync(string input, TaskContext context, CancellationToken cancellationToken) =&gt;
///         ValueTask.FromResult(input.Split(' ').Length);
/// }
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TaskTypeAttribute(string name) : Attribute
{
    /// <summary>Gets the name that plans use.</summary>
    /// <value>1 to 64 characters of <c>A-Z a-z 0-9 _ -</c>.</value>
    public string Name { get; } = name;

    /// <summary>Gets or sets what the type does, for people and for the model that plans.</summary>
    /// <value>The default value is empty.</value>
    public string Description { get; set; } = "";

    /// <summary>Gets or sets the effect on the world.</summary>
    /// <value>The default value is <see cref="TaskEffect.Write"/>.</value>
    public TaskEffect Effect
    {
        get;
        set
        {
            field = value;
            IsEffectDeclared = true;
        }
    }

    /// <summary>Gets whether the attribute names the effect.</summary>
    internal bool IsEffectDeclared { get; private set; }

    /// <summary>Gets or sets the version. Change it when an earlier output for the same input is no longer valid.</summary>
    /// <value>The default value is 1.</value>
    public int Version { get; set; } = 1;
}
