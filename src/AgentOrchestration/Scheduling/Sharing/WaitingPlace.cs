namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>A place in a <see cref="WaitingLine{T}"/>. Its values may be set while it is in no line.</summary>
/// <typeparam name="T">Who waits.</typeparam>
internal sealed class WaitingPlace<T>(T who)
{
    /// <summary>The number of bypasses left of a place that may be bypassed without limit.</summary>
    public const long NoLimit = long.MaxValue / 2;

    public T Who => who;

    /// <summary>Who comes first in the line: the smaller rank, then the smaller <see cref="Since"/>. No two places of a line have both equal.</summary>
    public long Rank { get; set; }

    /// <inheritdoc cref="Rank"/>
    public long Since { get; set; }

    /// <summary>How much is needed before it makes sense to ask again; <see cref="long.MaxValue"/>: whatever there is, it is not to be asked.</summary>
    public long Need { get; set; } = long.MaxValue;

    /// <summary>How often others that come after it may still be served before it. Exact while it is in no line.</summary>
    public long BypassesLeft { get; set; } = NoLimit;

    /// <summary>Whether none after it is served before it.</summary>
    public bool Blocks { get; set; }

    public bool IsInLine { get; set; }

    // The tree of the line: a heap by weight, in the order of the line. Bypasses of all below a node are kept in the node until they are looked at.
    public WaitingPlace<T>? Left { get; set; }

    public WaitingPlace<T>? Right { get; set; }

    public ulong Weight { get; set; }

    public long Pending { get; set; }

    /// <summary>The least need in the tree below.</summary>
    public long LeastNeed { get; private set; }

    /// <summary>The least number of bypasses left in the tree below, of those that do not block.</summary>
    public long LeastBypassesLeft { get; private set; }

    /// <summary>Whether anybody in the tree below blocks.</summary>
    public bool AnyBlocks { get; private set; }

    public bool ComesBefore(long rank, long since) => Rank < rank || (Rank == rank && Since < since);

    /// <summary>All in the tree below were bypassed so often.</summary>
    public void Bypass(long times)
    {
        BypassesLeft -= times;
        LeastBypassesLeft -= times;
        Pending += times;
    }

    /// <summary>Passes what is pending on to the nodes below.</summary>
    public void PassDown()
    {
        if (Pending != 0)
        {
            Left?.Bypass(Pending);
            Right?.Bypass(Pending);
            Pending = 0;
        }
    }

    public void SumUp()
    {
        LeastNeed = Math.Min(Need, Math.Min(Left?.LeastNeed ?? long.MaxValue, Right?.LeastNeed ?? long.MaxValue));
        LeastBypassesLeft = Math.Min(Blocks ? NoLimit : BypassesLeft, Math.Min(Left?.LeastBypassesLeft ?? NoLimit, Right?.LeastBypassesLeft ?? NoLimit));
        AnyBlocks = Blocks || Left?.AnyBlocks == true || Right?.AnyBlocks == true;
    }
}
