namespace AgentOrchestration.Tasks.Batching;

/// <summary>What has become of an item of a batch.</summary>
internal enum BatchItemState : byte
{
    Open,

    /// <summary>It has an output or an error.</summary>
    Answered,

    /// <summary>It is no longer waited for.</summary>
    Left,
}
