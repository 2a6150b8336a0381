namespace AgentOrchestration.Resources;

/// <summary>How objects of a resource are kept.</summary>
/// <typeparam name="T">Their type.</typeparam>
public sealed class ResourceObjectOptions<T>
    where T : class
{
    /// <summary>How long an object may lie idle; then it is closed. Greater than zero and at most a day. Default: 1 minute.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Makes an object as good as new when it comes back. If it throws, the object is closed. The attempt that had it ends only when this has
    /// returned. Default: nothing.
    /// </summary>
    public Func<T, ValueTask>? Reset { get; set; }
}
