using AgentOrchestration.Benchmarks.Compare;
using AgentOrchestration.Benchmarks.Compare.Engines;
using AgentOrchestration.Benchmarks.Graphs;
using AgentOrchestration.Graph;

namespace AgentOrchestration.Benchmarks.Pieces;

/// <summary>Graphs for pieces that start from a checked one.</summary>
internal static class CheckedGraph
{
    public const int Size = 10_000;

    public static async Task<TaskGraph> CreateAsync(string shape)
    {
        await using OurLibrary library = OurLibrary.WithDelegate(TaskBody.Synchronous);
        return library.Check(OurLibrary.CreatePlan(GraphShapes.Create(shape, Size)));
    }
}
