namespace AgentOrchestration.Runs.Storage;

/// <summary>The place of a run in a list of runs, from which the next page continues. It stays valid whatever is added or deleted meanwhile.</summary>
/// <param name="CreatedAt">When the run was made.</param>
/// <param name="RunId">Its id.</param>
public sealed record RunPlace(DateTimeOffset CreatedAt, string RunId)
{
    /// <summary>Compares places as lists are ordered: by time, then by the code points of the ids, as their UTF-8 is ordered.</summary>
    internal static int Compare(RunPlace one, RunPlace other)
    {
        if (one.CreatedAt.CompareTo(other.CreatedAt) is not 0 and var byTime)
        {
            return byTime;
        }

        int same = one.RunId.AsSpan().CommonPrefixLength(other.RunId);
        return same == one.RunId.Length || same == other.RunId.Length
            ? one.RunId.Length.CompareTo(other.RunId.Length)
            : OrderOf(one.RunId[same]).CompareTo(OrderOf(other.RunId[same]));
    }

    /// <summary>In UTF-16 the surrogates, of which the highest code points are made, come before some of the others.</summary>
    private static int OrderOf(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
