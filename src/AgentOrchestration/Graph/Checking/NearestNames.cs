using System.Numerics;

namespace AgentOrchestration.Graph.Checking;

/// <summary>
/// Finds the names that are written most like a given one, by the pairs of letters that they have in common. Costs one step for each name, and lists a few:
/// a message goes to a model, which has the list already.
/// </summary>
internal sealed class NearestNames
{
    private const int Listed = 10;

    private readonly IReadOnlyList<string> _names;
    private ulong[]? _pairs;

    /// <param name="names">The names, in the order in which equally similar ones are listed.</param>
    public NearestNames(IReadOnlyList<string> names) => _names = names;

    /// <summary>Lists names for a message: all when they are few, or those that are most like the given one and how many more there are.</summary>
    /// <param name="name">The name that is not among them.</param>
    public string Of(string name)
    {
        if (_names.Count <= Listed)
        {
            return string.Join(", ", _names);
        }

        _pairs ??= [.. _names.Select(PairsOf)];
        ulong pairs = PairsOf(name);
        var nearest = new PriorityQueue<int, (double, int)>(Listed + 1);
        for (int i = 0; i < _pairs.Length; i++)
        {
            double likeness = 2.0 * BitOperations.PopCount(pairs & _pairs[i]) / Math.Max(1, BitOperations.PopCount(pairs) + BitOperations.PopCount(_pairs[i]));
            if (nearest.Count < Listed)
            {
                nearest.Enqueue(i, (likeness, -i));
            }
            else
            {
                nearest.EnqueueDequeue(i, (likeness, -i));
            }
        }

        var listed = new Stack<string>(Listed);
        while (nearest.TryDequeue(out int next, out _))
        {
            listed.Push(_names[next]);
        }

        return $"{string.Join(", ", listed)} and {_names.Count - Listed} more";
    }

    /// <summary>The pairs of neighbouring letters, each as one of 64 bits.</summary>
    private static ulong PairsOf(string name)
    {
        ulong pairs = 0;
        for (int i = 1; i < name.Length && i <= 64; i++)
        {
            uint pair = ((uint)char.ToUpperInvariant(name[i - 1]) << 16) | char.ToUpperInvariant(name[i]);
            pairs |= 1UL << (int)((pair * 2654435761u) >> 26);
        }

        return pairs;
    }
}
