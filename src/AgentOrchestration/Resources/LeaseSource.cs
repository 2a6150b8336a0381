namespace AgentOrchestration.Resources;

/// <summary>Where a lease of the library's own comes from, and what releases it.</summary>
internal abstract class LeaseSource
{
    /// <summary>Releases what was granted. Called at most once.</summary>
    public abstract void Release();
}
