namespace AgentOrchestration.Resources;

/// <summary>
/// Reads what this process uses. Replace it to measure another way; implementations must be safe for concurrent use and must not throw.
/// </summary>
public interface IResourceProbe
{
    /// <summary>What the process has used up to now.</summary>
    ResourceSample Sample();
}
