using System.Collections;

namespace AgentOrchestration.Runs;

/// <summary>
/// The spans of a subtask's attempts, as an immutable list. The list with one more shares what both have, so n attempts cost n, and not a list of
/// all before each.
/// </summary>
internal sealed class AttemptSpans : IReadOnlyList<AttemptSpan>
{
    // All but the last. What is at an index never changes; a longer list has added more behind.
    private readonly List<AttemptSpan> _before;
    private readonly AttemptSpan _last;

    private AttemptSpans(List<AttemptSpan> before, int count, AttemptSpan last) => (_before, Count, _last) = (before, count, last);

    public int Count { get; }

    public AttemptSpan this[int index] => index == Count - 1 ? _last
        : index >= 0 && index < Count ? _before[index]
        : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {Count} attempts.");

    /// <summary>Returns the spans and one more.</summary>
    /// <param name="spans">The spans.</param>
    /// <param name="next">The one more.</param>
    public static AttemptSpans Add(IReadOnlyList<AttemptSpan> spans, AttemptSpan next)
    {
        if (spans is not AttemptSpans known || known._before.Count != known.Count - 1)
        {
            // The first, or another list has gone on from there.
            return new AttemptSpans([.. spans], spans.Count + 1, next);
        }

        known._before.Add(known._last);
        return new AttemptSpans(known._before, known.Count + 1, next);
    }

    /// <summary>Returns the spans with another last one.</summary>
    /// <param name="spans">The spans, at least one.</param>
    /// <param name="last">The other last one.</param>
    public static AttemptSpans WithLast(IReadOnlyList<AttemptSpan> spans, AttemptSpan last) =>
        spans is AttemptSpans known ? new AttemptSpans(known._before, known.Count, last) : new AttemptSpans([.. spans.SkipLast(1)], spans.Count, last);

    public IEnumerator<AttemptSpan> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
