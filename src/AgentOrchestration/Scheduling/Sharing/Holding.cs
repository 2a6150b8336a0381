using AgentOrchestration.Resources;

namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>
/// What an attempt holds of the ledger that all runs share. While its code runs it is ambient, so that a run that the code starts knows what
/// its caller holds.
/// </summary>
/// <param name="run">The run's door to the ledger.</param>
/// <param name="amounts">What it holds of each pool and limit.</param>
/// <param name="granted">The ledger's own lease.</param>
internal sealed class Holding(RunResources run, (string Pool, long Amount)[] amounts, ResourceLease granted) : LeaseSource
{
    // Code that outlives the attempt may keep the holding, but not the run.
    private RunResources? _run = run;
    private ResourceLease? _granted = granted;

    public RunFlow? Flow { get; } = run.Nesting.Flow;

    public (string Pool, long Amount)[] Amounts => amounts;

    /// <summary>The index of the subtask, while its code runs.</summary>
    public int Subtask { get; set; } = -1;

    /// <summary>Whether it was returned.</summary>
    public bool IsReleased => Volatile.Read(ref _run) is null;

    /// <summary>How many runs its code waits for. Used inside the gate of the room.</summary>
    public int Waits { get; set; }

    public long AmountOf(string pool)
    {
        foreach ((string held, long amount) in amounts)
        {
            if (held == pool)
            {
                return amount;
            }
        }

        return 0;
    }

    /// <summary>Its code begins, or has ended, to wait for a run.</summary>
    public void AddWaits(int waits) => Volatile.Read(ref _run)?.Nesting.AddWaits(this, waits);

    public override void Release()
    {
        RunResources run = _run!;
        Volatile.Write(ref _run, null);
        run.Return(this, _granted!);
        _granted = null;
    }

    /// <returns>The subtask and its run, as a message names them.</returns>
    public override string ToString() => Flow?.NameOf(Subtask) ?? "an attempt";
}
