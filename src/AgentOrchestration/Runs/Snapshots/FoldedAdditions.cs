using AgentOrchestration.Runs.Events;

namespace AgentOrchestration.Runs.Snapshots;

/// <summary>Who waits for what a run has added, folded from its events. What a subtask adds, and what that adds, is one group, however many wait for it.</summary>
internal sealed class FoldedAdditions
{
    private readonly Dictionary<string, SubtasksAdded> _origins = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Group>> _awaited = new(StringComparer.Ordinal);

    /// <summary>The run has grown.</summary>
    /// <param name="added">How.</param>
    /// <param name="subtaskOf">Returns a subtask by its id.</param>
    public void Apply(SubtasksAdded added, Func<string, Subtask> subtaskOf)
    {
        foreach (Subtask subtask in added.Subtasks)
        {
            _origins.Add(subtask.Id, added);
        }

        if (added.IsJoined)
        {
            return;
        }

        GroupOf(added.SubtaskId).Members.Add(added);
        foreach (string waiter in added.AwaitedBy)
        {
            if (!_awaited.TryGetValue(waiter, out List<Group>? groups))
            {
                _awaited.Add(waiter, groups = []);
            }

            groups.Add(GroupOf(AwaitedOrigin(added.SubtaskId, subtaskOf(waiter))));
        }
    }

    /// <summary>Returns a snapshot of who waits, and for what.</summary>
    /// <returns>By the id of who waits, groups of ids; a group is the same list for all that wait for it.</returns>
    public Dictionary<string, IReadOnlyList<string>[]> Build()
    {
        Dictionary<Group, IReadOnlyList<string>> ids = [];
        return _awaited.ToDictionary(waiter => waiter.Key, waiter => waiter.Value.Select(IdsOf).ToArray(), StringComparer.Ordinal);

        IReadOnlyList<string> IdsOf(Group group)
        {
            if (!ids.TryGetValue(group, out IReadOnlyList<string>? known))
            {
                ids.Add(group, known = group.Ids());
            }

            return known;
        }
    }

    /// <summary>What a subtask waits for, of a subtask that has grown and the wholes that it is part of: the one that it depends on.</summary>
    private string AwaitedOrigin(string grown, Subtask waiter)
    {
        string origin = grown;
        while (_origins.TryGetValue(origin, out SubtasksAdded? added) && added.IsJoined && !waiter.DependsOn.Contains(origin) && !waiter.OptionalDependsOn.Contains(origin))
        {
            origin = added.SubtaskId;
        }

        return origin;
    }

    private Group GroupOf(string origin)
    {
        if (_groups.TryGetValue(origin, out Group? known))
        {
            return known;
        }

        var group = new Group();
        _groups.Add(origin, group);
        if (_origins.TryGetValue(origin, out SubtasksAdded? added))
        {
            GroupOf(added.SubtaskId).Inner.Add(group);
        }

        return group;
    }

    private sealed class Group
    {
        public List<SubtasksAdded> Members { get; } = [];

        public List<Group> Inner { get; } = [];

        public List<string> Ids()
        {
            List<string> ids = [];
            Stack<Group> open = new([this]);
            while (open.TryPop(out Group? group))
            {
                ids.AddRange(group.Members.SelectMany(added => added.Subtasks).Select(subtask => subtask.Id));
                group.Inner.ForEach(open.Push);
            }

            return ids;
        }
    }
}
