using AgentOrchestration.Runs.Storage;
using AgentOrchestration.Testing.Stores;

namespace AgentOrchestration.Testing;

/// <summary>
/// What every <see cref="IRunStore"/> must keep to, as checks that need no test framework: run each against a fresh store.
/// </summary>
public static class RunStoreConformance
{
    /// <summary>Gets all checks. Each needs a store without runs.</summary>
    /// <value>A fixed list.</value>
    public static IReadOnlyList<RunStoreCheck> Checks { get; } = [.. CreationChecks.All, .. JournalChecks.All, .. LeaseChecks.All, .. ClaimChecks.All, .. QueryChecks.All, .. ConcurrencyChecks.All];

    /// <summary>Gets the checks of a store that has an inbox (<see cref="IRunStore.Inbox"/>). Each needs a store without runs.</summary>
    /// <value>A fixed list.</value>
    public static IReadOnlyList<RunStoreCheck> InboxChecks { get; } = Stores.InboxChecks.All;
}
