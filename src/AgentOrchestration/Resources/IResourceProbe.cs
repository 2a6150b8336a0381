namespace AgentOrchestration.Resources;

/// <summary>
/// Reads what this process uses. Replace it to measure another way; implementations must be safe for concurrent use and must not throw.
/// </summary>
public interface IResourceProbe
{
    /// <summary>Reads what the process has used so far.</summary>
    /// <returns>The totals since the start of the process.</returns>
    ResourceSample Sample();
}
