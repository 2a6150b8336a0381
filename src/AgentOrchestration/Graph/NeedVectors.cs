namespace AgentOrchestration.Graph;

/// <summary>The distinct resource needs of a graph. Grows, and keeps the indices that it gave.</summary>
internal sealed class NeedVectors
{
    private readonly List<ResourceRequirements> _vectors = [];
    private readonly Dictionary<ResourceRequirements, int> _indices = [];

    public NeedVectors()
    {
    }

    public NeedVectors(NeedVectors origin)
    {
        _vectors = [.. origin._vectors];
        _indices = new Dictionary<ResourceRequirements, int>(origin._indices);
    }

    public int Count => _vectors.Count;

    public ResourceRequirements this[int index] => _vectors[index];

    public int IndexOf(ResourceRequirements needs)
    {
        if (!_indices.TryGetValue(needs, out int index))
        {
            index = _vectors.Count;
            _vectors.Add(needs);
            _indices.Add(needs, index);
        }

        return index;
    }
}
