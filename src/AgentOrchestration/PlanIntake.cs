using AgentOrchestration.Execution;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration;

/// <summary>
/// Takes the subtasks of a plan while it is being written, and lets a run begin with them as soon as all that they depend on is known. Once
/// something is wrong with the plan, nothing more begins before it is complete. Not thread-safe.
/// </summary>
/// <param name="mayBegin">Whether a subtask may begin before its plan is complete, so that there is something to run.</param>
/// <param name="open">Starts the run; returns <see langword="null"/> where only complete plans are started.</param>
internal sealed class PlanIntake(Predicate<Subtask> mayBegin, Func<IOpenRun?> open)
{
    private readonly List<Subtask> _heldBack = [];
    private readonly Dictionary<string, Subtask> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Subtask> _begun = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _waitingFor = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _missing = new(StringComparer.Ordinal);
    private bool _isDefective;

    /// <summary>The run, once it has begun.</summary>
    public IOpenRun? Run { get; private set; }

    /// <summary>A subtask has become known.</summary>
    public void Offer(Subtask subtask)
    {
        if (_isDefective || !_known.TryAdd(subtask.Id, subtask) || ClosesCircle(subtask))
        {
            _isDefective = true;
            return;
        }

        string[] missing = [.. DependenciesOf(subtask).Where(id => !_begun.ContainsKey(id)).Distinct(StringComparer.Ordinal)];
        foreach (string id in missing)
        {
            (_waitingFor.TryGetValue(id, out List<string>? waiting) ? waiting : _waitingFor[id] = []).Add(subtask.Id);
        }

        _missing[subtask.Id] = missing.Length;
        if (missing.Length == 0)
        {
            Begin(subtask);
        }
    }

    /// <summary>Whether all that has begun appears in the complete plan as it is.</summary>
    public bool IsPartOf(TaskPlan plan)
    {
        Dictionary<string, Subtask> planned = plan.Subtasks.ToDictionary(subtask => subtask.Id, StringComparer.Ordinal);
        return _begun.All(begun => planned.TryGetValue(begun.Key, out Subtask? subtask) && IsSame(begun.Value, subtask));
    }

    private static bool IsSame(Subtask one, Subtask other) =>
        ReferenceEquals(one, other) || (SubtaskDocument.From(one).ToJson() == SubtaskDocument.From(other).ToJson());

    private static IEnumerable<string> DependenciesOf(Subtask subtask) => subtask.DependsOn.Concat(subtask.OptionalDependsOn);

    private void Begin(Subtask first)
    {
        Queue<Subtask> ready = new([first]);
        while (!_isDefective && ready.TryDequeue(out Subtask? subtask))
        {
            Extend(subtask);
            if (_isDefective)
            {
                return;
            }

            _begun.Add(subtask.Id, subtask);
            if (_waitingFor.Remove(subtask.Id, out List<string>? waiting))
            {
                foreach (string id in waiting.Where(id => --_missing[id] == 0))
                {
                    ready.Enqueue(_known[id]);
                }
            }
        }
    }

    /// <summary>The run is not started before there is something for it to do.</summary>
    private void Extend(Subtask subtask)
    {
        _heldBack.Add(subtask);
        if (Run is null && mayBegin(subtask))
        {
            Run = open();
            _isDefective = Run is null;
        }

        if (Run is { } run)
        {
            _isDefective = !_heldBack.TrueForAll(run.TryExtendPlan);
            _heldBack.Clear();
        }
    }

    /// <summary>Whether a subtask leads back to itself over what is known, which the edge that came last decides.</summary>
    private bool ClosesCircle(Subtask subtask)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        Stack<string> open = new(DependenciesOf(subtask));
        while (open.TryPop(out string? id))
        {
            if (id == subtask.Id)
            {
                return true;
            }

            if (!_begun.ContainsKey(id) && seen.Add(id) && _known.TryGetValue(id, out Subtask? next))
            {
                foreach (string dependency in DependenciesOf(next))
                {
                    open.Push(dependency);
                }
            }
        }

        return false;
    }
}
