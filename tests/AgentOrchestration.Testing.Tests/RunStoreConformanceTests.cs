using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Testing.Tests;

public sealed class RunStoreConformanceTests
{
    public static TheoryData<string> Checks => [.. RunStoreConformance.Checks.Concat(RunStoreConformance.InboxChecks).Select(check => check.Name)];

    [Theory]
    [MemberData(nameof(Checks))]
    public Task The_memory_store_keeps_every_promise(string name)
    {
        MemoryRunStore? store = null;
        return Of(name).RunAsync(clock => store ??= new MemoryRunStore(clock), TestContext.Current.CancellationToken);
    }

    private static RunStoreCheck Of(string name) => RunStoreConformance.Checks.Concat(RunStoreConformance.InboxChecks).Single(check => check.Name == name);
}
