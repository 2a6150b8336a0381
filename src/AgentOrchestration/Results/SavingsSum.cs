using AgentOrchestration.Runs;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Prices;

namespace AgentOrchestration.Results;

/// <summary>Sums avoided or extra work by reason. Work of which nothing is recorded is taken to be the mean of its task type in the run, and marked.</summary>
internal sealed class SavingsSum(RunSnapshot run, PriceTable? prices)
{
    private readonly SortedDictionary<SavingsReason, SavingsItem> _items = [];
    private Dictionary<string, UsageTotal>? _means;

    /// <summary>The sums, of the reasons that occurred.</summary>
    public IReadOnlyList<SavingsItem> Items => [.. _items.Values];

    /// <param name="reason">Why the work was avoided.</param>
    /// <param name="subtask">Whose work it is.</param>
    /// <param name="times">How often.</param>
    public void Add(SavingsReason reason, SubtaskSnapshot subtask, int times)
    {
        SavingsItem item = _items.GetValueOrDefault(reason) ?? new SavingsItem(reason, 0, new UsageTotal());
        item = item with { Subtasks = item.Subtasks + times };
        if (subtask.OutputUsage is { } recorded)
        {
            item = item with { Usage = Plus(item.Usage, Priced(recorded), times) };
        }
        else if ((_means ??= MeansOf(run)).TryGetValue(subtask.Subtask.TaskType, out UsageTotal? mean))
        {
            item = item with
            {
                Usage = Plus(item.Usage, mean, times),
                Estimated = Plus(item.Estimated, mean, times),
                EstimatedSubtasks = item.EstimatedSubtasks + times,
            };
        }
        else
        {
            item = item with { UnknownSubtasks = item.UnknownSubtasks + times };
        }

        _items[reason] = item;
    }

    /// <summary>Adds work that has failed for an identical subtask too, which would have made the same attempts. What was extra of them is left out.</summary>
    /// <param name="reason">Why the work was avoided.</param>
    /// <param name="worker">The subtask that did it.</param>
    /// <param name="times">For how many.</param>
    public void AddFailed(SavingsReason reason, SubtaskSnapshot worker, int times)
    {
        if (worker.Attempts == 0)
        {
            return;
        }

        IEnumerable<TaskUsage?> extra = [worker.UnusedUsage, worker.Extra?.DroppedUsage, .. worker.Hedges.Select(static pair => pair.ExtraUsage)];
        SavingsItem item = _items.GetValueOrDefault(reason) ?? new SavingsItem(reason, 0, new UsageTotal());
        UsageTotal used = extra.OfType<TaskUsage>().Aggregate(Priced(worker.Usage), (sum, usage) => sum.Minus(Priced(usage)));
        _items[reason] = item with { Subtasks = item.Subtasks + times, Usage = Plus(item.Usage, used, times) };
    }

    /// <summary>Adds what was spent beside what was needed, as it is counted in what was spent.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="usage">What was used; <see langword="null"/> when nothing was reported.</param>
    /// <param name="isKnown">Whether nothing was used when nothing was reported.</param>
    public void Add(SavingsReason reason, TaskUsage? usage, bool isKnown = true)
    {
        SavingsItem item = _items.GetValueOrDefault(reason) ?? new SavingsItem(reason, 0, new UsageTotal());
        _items[reason] = item with
        {
            Subtasks = item.Subtasks + 1,
            Usage = item.Usage.Plus(UsageTotal.Of(usage ?? TaskUsage.None)),
            UnknownSubtasks = item.UnknownSubtasks + (isKnown ? 0 : 1),
        };
    }

    /// <summary>Adds what calls would have cost more without batches.</summary>
    /// <param name="usage">What a subtask has used.</param>
    /// <param name="unused">The part of it that has saved nothing.</param>
    public void AddBatched(TaskUsage usage, TaskUsage unused)
    {
        if (DeferredOf(usage) == DeferredOf(unused))
        {
            return;
        }

        SavingsItem item = _items.GetValueOrDefault(SavingsReason.BatchPrice) ?? new SavingsItem(SavingsReason.BatchPrice, 0, new UsageTotal());
        decimal discount = usage.Models.Sum(static model => model.BatchDiscount ?? 0);
        _items[SavingsReason.BatchPrice] = item with { Subtasks = item.Subtasks + 1, Usage = item.Usage.Plus(new UsageTotal { Cost = discount }) };
    }

    private UsageTotal Priced(TaskUsage usage) => UsageTotal.Of(prices?.Repriced(usage) ?? usage);

    private static long DeferredOf(TaskUsage usage) => usage.Models.Sum(static model => model.DeferredCalls ?? 0);

    private static UsageTotal Plus(UsageTotal sum, UsageTotal usage, int times)
    {
        for (int time = 0; time < times; time++)
        {
            sum = sum.Plus(usage);
        }

        return sum;
    }

    private static Dictionary<string, UsageTotal> MeansOf(RunSnapshot run) => run.Subtasks
        .Where(subtask => subtask is { Origin: OutputOrigin.Executed, OutputUsage: not null })
        .GroupBy(subtask => subtask.Subtask.TaskType, StringComparer.Ordinal)
        .ToDictionary(
            group => group.Key,
            group => MeanOf(group.Aggregate(new UsageTotal(), static (sum, subtask) => sum.Plus(UsageTotal.Of(subtask.OutputUsage!))), group.Count()),
            StringComparer.Ordinal);

    private static UsageTotal MeanOf(UsageTotal sum, int count) => new()
    {
        Calls = Rounded(sum.Calls, count),
        InputTokens = Rounded(sum.InputTokens, count),
        CachedInputTokens = sum.CachedInputTokens is { } cached ? Rounded(cached, count) : null,
        CacheWriteTokens = sum.CacheWriteTokens is { } written ? Rounded(written, count) : null,
        OutputTokens = Rounded(sum.OutputTokens, count),
        ReasoningTokens = sum.ReasoningTokens is { } reasoning ? Rounded(reasoning, count) : null,
        Cost = sum.Cost / count,
        PricedCalls = Rounded(sum.PricedCalls, count),
    };

    private static long Rounded(long sum, int count) => (long)Math.Round((decimal)sum / count);
}
