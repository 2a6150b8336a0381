using System.Collections;

namespace AgentOrchestration.Runs.Snapshots;

/// <summary>
/// The spans of a subtask's attempts, as an immutable list. The list with one more shares what both have, so n attempts cost n, and not a list of
/// all before each.
/// </summary>
internal sealed class AttemptIntervals : IReadOnlyList<AttemptInterval>
{
    // All but the last. What is at an index never changes; a longer list has added more behind.
    private readonly List<AttemptInterval> _before;
    private readonly AttemptInterval _last;

    private AttemptIntervals(List<AttemptInterval> before, int count, AttemptInterval last) => (_before, Count, _last) = (before, count, last);

    public int Count { get; }

    public AttemptInterval this[int index] => index == Count - 1 ? _last
        : index >= 0 && index < Count ? _before[index]
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {Count} attempts.");

    /// <summary>Returns the spans and one more.</summary>
    /// <param name="spans">The spans.</param>
    /// <param name="next">The one more.</param>
    public static AttemptIntervals Add(IReadOnlyList<AttemptInterval> spans, AttemptInterval next)
    {
        if (spans is not AttemptIntervals known || known._before.Count != known.Count - 1)
        {
            // The first, or another list has gone on from there.
            return new AttemptIntervals([.. spans], spans.Count + 1, next);
        }

        known._before.Add(known._last);
        return new AttemptIntervals(known._before, known.Count + 1, next);
    }

    /// <summary>Returns the spans with another last one.</summary>
    /// <param name="spans">The spans, at least one.</param>
    /// <param name="last">The other last one.</param>
    public static AttemptIntervals WithLast(IReadOnlyList<AttemptInterval> spans, AttemptInterval last) =>
        spans is AttemptIntervals known ? new AttemptIntervals(known._before, known.Count, last) : new AttemptIntervals([.. spans.SkipLast(1)], spans.Count, last);

    /// <summary>Returns the spans with the end of those that have none; of several that run beside each other not only of the last.</summary>
    /// <param name="spans">The spans.</param>
    /// <param name="attempt">The number of the attempt that ends; 0 for all.</param>
    /// <param name="endedAt">When.</param>
    /// <param name="isRepeated">Whether its work is begun again.</param>
    public static IReadOnlyList<AttemptInterval> End(IReadOnlyList<AttemptInterval> spans, int attempt, DateTimeOffset endedAt, bool isRepeated = false)
    {
        AttemptInterval[] ended =
        [
            .. spans.Select((span, index) => span.EndedAt is null && (attempt == 0 || attempt == index + 1) ? span with { EndedAt = endedAt, IsRepeated = isRepeated } : span),
        ];
        return ended.Length == 0 ? spans : new AttemptIntervals([.. ended.SkipLast(1)], ended.Length, ended[^1]);
    }

    public IEnumerator<AttemptInterval> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
