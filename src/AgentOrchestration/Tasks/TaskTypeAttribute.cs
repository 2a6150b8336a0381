namespace AgentOrchestration;

/// <summary>
/// Makes a class a task type. The class implements <see cref="ITaskHandler{TInput, TOutput}"/>. Says what is always true of the type;
/// timeouts, retries and the like are options of its registration.
/// </summary>
/// <param name="name">The name that plans use: 1 to 64 of <c>A-Z a-z 0-9 _ -</c>.</param>
/// <example>
/// <code>
/// [TaskType("word_count", Description = "Counts the words of a text.", Effect = TaskEffect.Pure)]
/// public sealed class WordCount : ITaskHandler&lt;Text, int&gt; { … }
/// </code>
/// </example>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TaskTypeAttribute(string name) : Attribute
{
    /// <summary>The name that plans use.</summary>
    public string Name { get; } = name;

    /// <summary>What the type does, for people and for the model that plans. Default: empty.</summary>
    public string Description { get; set; } = "";

    /// <summary>What it does to the world. Default: <see cref="TaskEffect.Write"/>.</summary>
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

    /// <summary>Changes when an earlier answer to the same input is no longer good. Default: 1.</summary>
    public int Version { get; set; } = 1;
}
