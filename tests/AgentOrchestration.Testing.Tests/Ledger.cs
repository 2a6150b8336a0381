namespace AgentOrchestration.Testing.Tests;

/// <summary>What code really runs, counted by the code itself: it knows of abandoned attempts too, and of what the engine does not tell.</summary>
internal sealed class Ledger
{
    private readonly Dictionary<string, int> _running = [];

    public long MostLicences { get; private set; }

    public int MostTimed { get; private set; }

    /// <summary>Subtasks of which two attempts ran at the same time though their work changes something.</summary>
    public List<string> Doubled { get; } = [];

    public int Open => _running.Values.Sum();

    private long Licences { get; set; }

    private int Timed { get; set; }

    public IDisposable Begin(TaskContext context)
    {
        string id = context.Subtask.Id;
        _running[id] = _running.GetValueOrDefault(id) + 1;
        if (_running[id] > 1 && context.TaskType.Effect == TaskEffect.Write)
        {
            Doubled.Add(id);
        }

        long licences = context.Subtask.Resources.Amounts.Where(amount => amount.Name == "licence").Sum(amount => amount.Amount);
        int timed = context.TaskType.Name == "timed" ? 1 : 0;
        MostLicences = Math.Max(MostLicences, Licences += licences);
        MostTimed = Math.Max(MostTimed, Timed += timed);
        return new Running(() =>
        {
            _running[id]--;
            Licences -= licences;
            Timed -= timed;
        });
    }

    private sealed class Running(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
