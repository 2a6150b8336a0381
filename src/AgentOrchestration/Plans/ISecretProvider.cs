namespace AgentOrchestration.Plans;

/// <summary>Where an application keeps its secrets. Registered in its container; implementations must be safe for concurrent use.</summary>
public interface ISecretProvider
{
    /// <summary>Finds a secret. Called when an attempt starts; it must answer at once.</summary>
    /// <param name="name">Its name, as it stands in arguments.</param>
    /// <returns>Its value, or <see langword="null"/> when there is none; the attempt fails then.</returns>
    string? Find(string name);
}
