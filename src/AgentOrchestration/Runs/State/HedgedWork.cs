using System.Collections.Concurrent;

namespace AgentOrchestration.Runs.State;

/// <summary>
/// The attempts of a run that run, or have run, beside another of their subtask: the fold of their facts. Most runs have none. Whether an attempt runs is also asked
/// outside of the gate of the run.
/// </summary>
internal sealed class HedgedWork
{
    private readonly ConcurrentDictionary<int, HedgedAttempts> _pairs = new();

    /// <summary>The number of attempts that run beside another of their subtask, or still do though the other has succeeded.</summary>
    public int Beside { get; private set; }

    /// <summary>The number of attempts that still run though another of their subtask has succeeded.</summary>
    public int Outrun { get; private set; }

    public HedgedAttempts? Find(int subtask) => _pairs.GetValueOrDefault(subtask);

    /// <summary>The subtasks of which a hedged attempt runs, with the attempt; of two the older one.</summary>
    public IEnumerable<(int Subtask, int Attempt)> Running() => _pairs.Where(static pair => pair.Value.IsAny).Select(static pair => (pair.Key, pair.Value.First));

    public void Begin(int subtask, int original, int hedge)
    {
        _pairs.GetOrAdd(subtask, static _ => new HedgedAttempts()).Begin(original, hedge);
        Beside++;
    }

    /// <summary>One of two has ended without effect: the other has succeeded, or still runs.</summary>
    public void EndOne(int subtask, int attempt, bool isOutrun)
    {
        Outrun -= isOutrun ? 1 : 0;
        Find(subtask)!.End(attempt);
        Beside--;
    }

    /// <summary>The subtask ends. Of two attempts the one that has not succeeded still runs.</summary>
    public void EndSubtask(int subtask, int attempt, bool hasSucceeded)
    {
        if (hasSucceeded && Find(subtask) is { IsPair: true } pair && pair.Runs(attempt))
        {
            pair.End(attempt);
            Outrun++;
        }
        else
        {
            EndBoth(subtask);
        }
    }

    /// <summary>No attempt of the subtask runs any longer.</summary>
    public void EndBoth(int subtask)
    {
        if (Find(subtask) is { IsAny: true } pair)
        {
            Beside -= pair.IsPair ? 1 : 0;
            pair.EndBoth();
        }
    }
}
