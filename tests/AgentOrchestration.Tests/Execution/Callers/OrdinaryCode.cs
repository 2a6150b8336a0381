namespace AgentOrchestration.Tests.Execution.Callers;

/// <summary>Code of an application, which configures no await. It must never see the context of whoever called the library.</summary>
internal static class OrdinaryCode
{
    public static async Task AwaitAsync()
    {
        if (SynchronizationContext.Current is BlockedThread)
        {
            throw new InvalidOperationException("The application's code runs in the context of the caller.");
        }

        await Task.Yield();
    }
}
