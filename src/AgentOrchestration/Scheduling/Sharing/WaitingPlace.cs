namespace AgentOrchestration.Scheduling.Sharing;

/// <summary>A place in a <see cref="WaitingLine{T}"/>. Its values may be set while it stands in no line.</summary>
/// <typeparam name="T">Who waits.</typeparam>
internal sealed class WaitingPlace<T>(T who)
{
    /// <summary>The patience of a place that is never out of it.</summary>
    public const long Boundless = long.MaxValue / 2;

    public T Who => who;

    /// <summary>Who comes first in the line: the smaller rank, then the smaller <see cref="Since"/>. No two places of a line have both equal.</summary>
    public long Rank { get; set; }

    /// <inheritdoc cref="Rank"/>
    public long Since { get; set; }

    /// <summary>How much is needed before it makes sense to ask again; <see cref="long.MaxValue"/>: whatever there is, it is not to be asked.</summary>
    public long Need { get; set; } = long.MaxValue;

    /// <summary>How often others that come after it may still be served before it. Exact while it stands in no line.</summary>
    public long Patience { get; set; } = Boundless;

    /// <summary>Whether nobody after it is served before it.</summary>
    public bool Blocks { get; set; }

    public bool IsInLine { get; set; }

    // The tree of the line: a heap by weight, in the order of the line. What is owed to all below a node stands in the node.
    public WaitingPlace<T>? Left { get; set; }

    public WaitingPlace<T>? Right { get; set; }

    public ulong Weight { get; set; }

    public long Owed { get; set; }

    /// <summary>The least need in the tree below.</summary>
    public long LeastNeed { get; private set; }

    /// <summary>The least patience in the tree below, of those that block nobody.</summary>
    public long LeastPatience { get; private set; }

    /// <summary>Whether anybody in the tree below blocks.</summary>
    public bool AnyBlocks { get; private set; }

    public bool ComesBefore(long rank, long since) => Rank < rank || (Rank == rank && Since < since);

    /// <summary>All in the tree below were passed over so often.</summary>
    public void Owe(long passes)
    {
        Patience -= passes;
        LeastPatience -= passes;
        Owed += passes;
    }

    public void PayDown()
    {
        if (Owed != 0)
        {
            Left?.Owe(Owed);
            Right?.Owe(Owed);
            Owed = 0;
        }
    }

    public void SumUp()
    {
        LeastNeed = Math.Min(Need, Math.Min(Left?.LeastNeed ?? long.MaxValue, Right?.LeastNeed ?? long.MaxValue));
        LeastPatience = Math.Min(Blocks ? Boundless : Patience, Math.Min(Left?.LeastPatience ?? Boundless, Right?.LeastPatience ?? Boundless));
        AnyBlocks = Blocks || Left?.AnyBlocks == true || Right?.AnyBlocks == true;
    }
}
