namespace AgentOrchestration.Tasks;

/// <summary>A result of one item, whatever the type of its output.</summary>
internal interface IItemResult
{
    object? Output { get; }

    ItemError? Error { get; }
}
