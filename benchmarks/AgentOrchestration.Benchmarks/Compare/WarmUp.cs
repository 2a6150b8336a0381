using AgentOrchestration.Benchmarks.Graphs;

namespace AgentOrchestration.Benchmarks.Compare;

/// <summary>Runs every engine until its code is compiled in its last form.</summary>
internal static class WarmUp
{
    private const int Size = 1_000;

    // Code is compiled anew after 30 calls, no sooner than 100 ms after other code was, and then once more with what was learned.
    private static readonly Effort Effort = new(10, 150, TimeSpan.FromMilliseconds(200));

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < 2; i++)
        {
            foreach (TaskBody body in new[] { TaskBody.Synchronous, TaskBody.Yielding })
            {
                await Race.RunAsync(GraphShapes.Create(GraphShapes.Layered, Size), body, Contender.All, Effort, cancellationToken);
            }
        }
    }
}
