using AgentOrchestration.Graph.Growth;
using AgentOrchestration.Tasks.Batching;

namespace AgentOrchestration.Graph;

/// <summary>
/// The distinct resource needs of a graph; those of subtasks that may be in one batch apart, because they wait by rules of their own. Grows, and keeps the indices
/// that it gave.
/// </summary>
internal sealed class NeedVectors
{
    private readonly List<ResourceRequirements> _vectors = [];
    private readonly Dictionary<ResourceRequirements, int> _indices = [];
    private readonly Dictionary<(ResourceRequirements Needs, BatchGroup Batch), int> _batchIndices = [];

    public NeedVectors()
    {
    }

    public NeedVectors(NeedVectors origin)
    {
        _vectors = [.. origin._vectors];
        _indices = new Dictionary<ResourceRequirements, int>(origin._indices);
        _batchIndices = new Dictionary<(ResourceRequirements, BatchGroup), int>(origin._batchIndices);
    }

    public int Count => _vectors.Count;

    /// <summary>Whether any subtask may be in a batch.</summary>
    public bool HasBatches => _batchIndices.Count > 0;

    public ResourceRequirements this[int index] => _vectors[index];

    /// <summary>By subtask of a part, the index of its needs.</summary>
    public int[] IndicesOf(CheckedSubtasks part)
    {
        int[] indices = new int[part.Count];
        for (int i = 0; i < indices.Length; i++)
        {
            indices[i] = part.Policies[i].Batch is { } batch ? IndexOf(_batchIndices, (part.Needs[i], batch), part.Needs[i]) : IndexOf(_indices, part.Needs[i], part.Needs[i]);
        }

        return indices;
    }

    private int IndexOf<TKey>(Dictionary<TKey, int> indices, TKey key, ResourceRequirements needs)
        where TKey : notnull
    {
        if (!indices.TryGetValue(key, out int index))
        {
            index = _vectors.Count;
            _vectors.Add(needs);
            indices.Add(key, index);
        }

        return index;
    }
}
