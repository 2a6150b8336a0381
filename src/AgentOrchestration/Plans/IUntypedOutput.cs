namespace AgentOrchestration.Plans;

/// <summary>A typed reference as code sees it that does not know the type.</summary>
internal interface IUntypedOutput
{
    /// <summary>Gets the reference without its type.</summary>
    SubtaskOutput ToSubtaskOutput();
}
