using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling;

/// <summary>
/// Counts of each group of the ready queue how often less urgent work that needs one of its pools started before it. At the limit the group
/// is reserved for, until none of it waits. Counted for the group, so of each subtask in it at least as often as it was passed over.
/// </summary>
internal sealed class PassedOver(int limit)
{
    private readonly Dictionary<string, int> _pools = new(StringComparer.Ordinal);
    private readonly List<ResourceRequirements> _needs = [];
    private readonly List<ulong> _masks = [];
    private readonly List<int> _counts = [];
    private readonly List<int> _reserved = [];

    /// <summary>The groups that are reserved for.</summary>
    public List<int> Reserved => _reserved;

    public void AddGroup(ResourceRequirements needs)
    {
        ulong mask = 0;
        foreach (ResourceAmount need in needs.AmountSpan)
        {
            _pools.TryAdd(need.Name, _pools.Count);
            mask |= 1UL << (_pools[need.Name] % 64);
        }

        _needs.Add(needs);
        _masks.Add(mask);
        _counts.Add(0);
    }

    /// <summary>Whether two groups need a pool in common.</summary>
    public bool SharePool(int one, int other) => (_masks[one] & _masks[other]) != 0 && (_pools.Count <= 64 || ShareName(_needs[one], _needs[other]));

    /// <summary>The group waits, or was passed over once more.</summary>
    public void Count(int group, int times)
    {
        _counts[group] += times;
        if (_counts[group] >= limit && !_reserved.Contains(group))
        {
            _reserved.Add(group);
        }
    }

    /// <summary>None of the group waits any longer.</summary>
    public void Forget(int group)
    {
        _counts[group] = 0;
        _reserved.Remove(group);
    }

    private static bool ShareName(ResourceRequirements one, ResourceRequirements other)
    {
        foreach (ResourceAmount need in one.AmountSpan)
        {
            foreach (ResourceAmount another in other.AmountSpan)
            {
                if (need.Name == another.Name)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
