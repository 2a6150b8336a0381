using System.Diagnostics.CodeAnalysis;
using QuikGraph;

namespace AgentOrchestration.Graph;

/// <summary>
/// Who comes after whom, as two int arrays: the successors of vertex v are <c>_successors[_starts[v].._starts[v + 1]]</c>. It is itself
/// the graph that QuikGraph's algorithms walk, so there is no second copy; QuikGraph's own adjacency lists cost seconds on wide graphs.
/// </summary>
internal sealed class SuccessorGraph : IVertexAndEdgeListGraph<int, SEdge<int>>
{
    private readonly int[] _starts;
    private readonly int[] _successors;

    private SuccessorGraph(int[] starts, int[] successors)
    {
        _starts = starts;
        _successors = successors;
    }

    public int VertexCount => _starts.Length - 1;

    public int EdgeCount => _successors.Length;

    public IEnumerable<int> Vertices => Enumerable.Range(0, VertexCount);

    public IEnumerable<SEdge<int>> Edges => Vertices.SelectMany(OutEdges);

    bool IGraph<int, SEdge<int>>.IsDirected => true;

    bool IGraph<int, SEdge<int>>.AllowParallelEdges => false;

    bool IVertexSet<int>.IsVerticesEmpty => VertexCount == 0;

    bool IEdgeSet<int, SEdge<int>>.IsEdgesEmpty => EdgeCount == 0;

    /// <param name="dependencies">Of each vertex those it waits for, each once.</param>
    public static SuccessorGraph FromDependencies(IReadOnlyList<int[]> dependencies)
    {
        int[] starts = new int[dependencies.Count + 1];
        foreach (int[] sources in dependencies)
        {
            foreach (int source in sources)
            {
                starts[source + 1]++;
            }
        }

        for (int vertex = 0; vertex < dependencies.Count; vertex++)
        {
            starts[vertex + 1] += starts[vertex];
        }

        int[] successors = new int[starts[^1]];
        int[] next = starts[..^1];
        for (int vertex = 0; vertex < dependencies.Count; vertex++)
        {
            foreach (int source in dependencies[vertex])
            {
                successors[next[source]++] = vertex;
            }
        }

        return new SuccessorGraph(starts, successors);
    }

    public ReadOnlySpan<int> Successors(int vertex) => _successors.AsSpan(_starts[vertex], _starts[vertex + 1] - _starts[vertex]);

    public int OutDegree(int vertex) => _starts[vertex + 1] - _starts[vertex];

    public IEnumerable<SEdge<int>> OutEdges(int vertex)
    {
        for (int i = _starts[vertex]; i < _starts[vertex + 1]; i++)
        {
            yield return new SEdge<int>(vertex, _successors[i]);
        }
    }

    public bool ContainsVertex(int vertex) => (uint)vertex < (uint)VertexCount;

    bool IEdgeSet<int, SEdge<int>>.ContainsEdge(SEdge<int> edge) => ContainsEdge(edge.Source, edge.Target);

    bool IIncidenceGraph<int, SEdge<int>>.ContainsEdge(int source, int target) => ContainsEdge(source, target);

    bool IIncidenceGraph<int, SEdge<int>>.TryGetEdge(int source, int target, out SEdge<int> edge)
    {
        bool exists = ContainsEdge(source, target);
        edge = exists ? new SEdge<int>(source, target) : default;
        return exists;
    }

    bool IIncidenceGraph<int, SEdge<int>>.TryGetEdges(int source, int target, [NotNullWhen(true)] out IEnumerable<SEdge<int>>? edges)
    {
        edges = !ContainsVertex(source) ? null : ContainsEdge(source, target) ? [new SEdge<int>(source, target)] : [];
        return edges is not null;
    }

    bool IImplicitGraph<int, SEdge<int>>.IsOutEdgesEmpty(int vertex) => OutDegree(vertex) == 0;

    bool IImplicitGraph<int, SEdge<int>>.TryGetOutEdges(int vertex, [NotNullWhen(true)] out IEnumerable<SEdge<int>>? edges)
    {
        edges = ContainsVertex(vertex) ? OutEdges(vertex) : null;
        return edges is not null;
    }

    SEdge<int> IImplicitGraph<int, SEdge<int>>.OutEdge(int vertex, int index) => new(vertex, _successors[_starts[vertex] + index]);

    private bool ContainsEdge(int source, int target) => ContainsVertex(source) && Successors(source).Contains(target);
}
