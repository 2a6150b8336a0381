using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Plans.Reading;

/// <summary>What was repaired in a plan, told one by one as far as that helps: an answer can need more repairs than memory holds.</summary>
internal sealed class PlanRepairs
{
    public const int MaxTold = 100;

    private readonly List<PlanRepair> _told = [];

    public int Count { get; private set; }

    public void Add(PlanRepair repair)
    {
        if (++Count <= MaxTold)
        {
            _told.Add(repair);
        }
    }

    /// <summary>Takes over what was repaired elsewhere.</summary>
    public void Add(PlanRepairs other)
    {
        other._told.ForEach(Add);
        Count += other.Count - other._told.Count;
    }

    public IReadOnlyList<PlanRepair> ToList() => Count <= MaxTold ? _told :
    [
        .. _told,
        new PlanRepair(PlanRepairCode.More, "", $"There were {Count - MaxTold} more of this kind.", "They were repaired in the same way.", "Only the first are listed."),
    ];
}
