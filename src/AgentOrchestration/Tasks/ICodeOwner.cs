namespace AgentOrchestration.Tasks;

/// <summary>Is notified when code that did not return at once has returned.</summary>
internal interface ICodeOwner
{
    /// <summary>The code has returned: an output, or an exception.</summary>
    void OnCodeReturned(object? output, Exception? exception);
}
