using CsCheck;

namespace AgentOrchestration.Tests.Graph;

/// <summary>Of each vertex those it waits for.</summary>
internal static class RandomGraph
{
    /// <summary>With or without circles, without loops.</summary>
    public static Gen<int[][]> Any { get; } = Of(8, (vertex, other) => vertex != other);

    public static Gen<int[][]> Acyclic { get; } = Of(9, (vertex, other) => other < vertex);

    private static Gen<int[][]> Of(int maxVertices, Func<int, int, bool> mayDependOn) =>
        Gen.Select(Gen.Int[0, maxVertices], Gen.Bool.Array[maxVertices * maxVertices], (count, edges) =>
            Enumerable.Range(0, count)
                .Select(vertex => Enumerable.Range(0, count).Where(other => mayDependOn(vertex, other) && edges[(vertex * maxVertices) + other]).ToArray())
                .ToArray());
}
