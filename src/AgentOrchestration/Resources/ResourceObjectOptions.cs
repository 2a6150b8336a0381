namespace AgentOrchestration.Resources;

/// <summary>Configures the objects of a resource.</summary>
/// <typeparam name="T">Their type.</typeparam>
public sealed class ResourceObjectOptions<T>
    where T : class
{
    /// <summary>Gets or sets the time after which an idle object is closed.</summary>
    /// <value>Greater than zero and at most a day. The default value is 1 minute.</value>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Gets or sets a callback that resets an object when it is returned. If it throws, the object is closed. The attempt that rented the object ends
    /// only after the callback has returned.
    /// </summary>
    /// <value>The default value is <see langword="null"/>: objects are not reset.</value>
    public Func<T, ValueTask>? Reset { get; set; }

    /// <summary>
    /// Gets or sets whether objects are made ahead of need: while the subtasks that require the resource wait for their turn, or for dependencies that run already.
    /// Never more are made than the resource has units, nor more than the run can run attempts at a time. What is made ahead and not asked for is closed after
    /// <see cref="IdleTimeout"/>; if making one ahead fails, the attempt that asks makes its own.
    /// </summary>
    /// <value>The default value is <see langword="false"/>: objects are made when they are asked for.</value>
    public bool MakeAhead { get; set; }
}
