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
        List<AdditionEnd> ends = [];
        Stack<int> way = new(found);
        while (way.TryPop(out int next))
        {
            if (open.IsOpen(next))
            {
                ends.ForEach(static end => end.IsSettled = false);
                return false;
            }

            foreach (int before in graph.Dependencies[next])
            {
                Visit(before);
            }

            foreach (int part in graph.PartsOf(next))
            {
                Visit(part);
            }

            foreach (AdditionEnd awaited in graph.Ends.AwaitedBy(next))
            {
                Enter(awaited);
            }
        }

        foreach (int settled in found)
        {
            _settled[settled] = true;
        }

        return true;

        void Visit(int before)
        {
            if (!_settled[before] && found.Add(before))
            {
                way.Push(before);
            }
        }

        void Enter(AdditionEnd awaited)
        {
            foreach (AdditionEnd end in awaited.IsSettled ? [] : awaited.Inwards())
            {
                if (!end.IsSettled)
                {
                    end.IsSettled = true;
                    ends.Add(end);
                    foreach (int member in end.Members)
                    {
                        Visit(member);
                    }
                }
            }
        }
    }
}
