namespace AgentOrchestration.Graph.Growth;

/// <summary>
/// The subtasks that have ended after everything that comes before them has. What was skipped has ended, but not after all that it waited for.
/// Each subtask is found settled once, however often it is asked about: nothing that has ended gets a subtask before it. Asked by one at a time.
/// </summary>
internal sealed class SettledSubtasks(GrowingGraph graph, IOpenSubtasks open)
{
    private bool[] _settled = [];

    public bool Contains(int subtask)
    {
        GrowingArray.Reserve(ref _settled, graph.Count);
        if (_settled[subtask])
        {
            return true;
        }

        HashSet<int> found = [subtask];
        Stack<int> way = new(found);
        while (way.TryPop(out int next))
        {
            if (open.IsOpen(next))
            {
                return false;
            }

            foreach (int before in graph.Before(next))
            {
                if (!_settled[before] && found.Add(before))
                {
                    way.Push(before);
                }
            }
        }

        foreach (int settled in found)
        {
            _settled[settled] = true;
        }

        return true;
    }
}
