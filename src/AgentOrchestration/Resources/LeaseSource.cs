namespace AgentOrchestration.Resources;

/// <summary>Where a lease of the library's own comes from, and what it gives back.</summary>
internal abstract class LeaseSource
{
    /// <summary>Gives back what was granted. Called at most once.</summary>
    public abstract void GiveBack();
}
