namespace AgentOrchestration.Plans.Preview;

/// <summary>The subtasks of one plan, as a tree shows them: from the last ones down to what they need.</summary>
internal sealed class PlanTreeScope
{
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);

    public PlanTreeScope(TaskPlan plan)
    {
        Plan = plan;
        for (int i = 0; i < plan.Subtasks.Count; i++)
        {
            _indices.TryAdd(plan.Subtasks[i].Id, i);
        }

        Roots = FindRoots();
    }

    public TaskPlan Plan { get; }

    /// <summary>Where each subtask stands that has a line of its own already, or will have one.</summary>
    public Dictionary<int, string> Shown { get; } = [];

    /// <summary>The subtasks that no other needs; and, in a plan that the check would refuse, as many more as it takes to reach all.</summary>
    public IReadOnlyList<int> Roots { get; }

    public int? IndexOf(string id) => _indices.TryGetValue(id, out int index) ? index : null;

    private List<int> FindRoots()
    {
        HashSet<string> needed = new(Plan.Subtasks.SelectMany(NeedsOf), StringComparer.Ordinal);
        bool[] reached = new bool[Plan.Subtasks.Count];
        List<int> roots = [];
        foreach (int index in Enumerable.Range(0, reached.Length).Where(index => !needed.Contains(Plan.Subtasks[index].Id)))
        {
            AddRoot(index);
        }

        for (int index = 0; index < reached.Length; index++)
        {
            AddRoot(index);
        }

        return roots;

        void AddRoot(int root)
        {
            if (reached[root])
            {
                return;
            }

            roots.Add(root);
            reached[root] = true;
            var open = new Stack<int>([root]);
            while (open.TryPop(out int next))
            {
                foreach (string id in NeedsOf(Plan.Subtasks[next]))
                {
                    if (IndexOf(id) is { } index && !reached[index])
                    {
                        reached[index] = true;
                        open.Push(index);
                    }
                }
            }
        }
    }

    private static IEnumerable<string> NeedsOf(Subtask subtask) => subtask.DependsOn.Concat(subtask.OptionalDependsOn);
}
