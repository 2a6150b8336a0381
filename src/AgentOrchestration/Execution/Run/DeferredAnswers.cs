using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Deferring;
using AgentOrchestration.Tasks.Prices;

namespace AgentOrchestration.Execution.Run;

/// <summary>
/// The answers of batch endpoints to the deferred calls of a run. Each is charged, so each is counted once: with the attempt whose code has taken it, or as unused when no code will.
/// Safe for concurrent use.
/// </summary>
/// <param name="prices">The prices; <see langword="null"/> when there are none.</param>
internal sealed class DeferredAnswers(PriceTable? prices)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Dictionary<string, Kept>> _kept = [];

    /// <summary>Keeps an answer that was read.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="submission">The submission that it comes from.</param>
    /// <param name="model">The model that was asked, when the answer does not name it; <see langword="null"/> when it is not known.</param>
    public void Keep(BatchedAnswer answer, int submission, string? model)
    {
        if (DeferrableCalls.SubtaskOf(answer.Id) is { } subtask)
        {
            lock (_gate)
            {
                if (!_kept.TryGetValue(subtask, out Dictionary<string, Kept>? answers))
                {
                    _kept.Add(subtask, answers = new Dictionary<string, Kept>(StringComparer.Ordinal));
                }

                answers[answer.Id] = new Kept(answer, submission, model);
            }
        }
    }

    /// <returns>The answer to a call, and the submission that it comes from; <see langword="null"/> when there is none.</returns>
    public (BatchedAnswer Answer, int Submission)? Find(string id)
    {
        lock (_gate)
        {
            return DeferrableCalls.SubtaskOf(id) is { } subtask && _kept.TryGetValue(subtask, out Dictionary<string, Kept>? answers) && answers.TryGetValue(id, out Kept? kept)
                ? (kept.Answer, kept.Submission)
                : null;
        }
    }

    /// <summary>An attempt has a result: the answers that its calls have taken are not needed any more.</summary>
    /// <returns>What they have used, unless it is counted already; <see langword="null"/> for nothing.</returns>
    public TaskUsage? Use(DeferrableCalls calls)
    {
        TaskUsage? sum = null;
        foreach ((TaskUsage usage, IReadOnlyList<string> ids) in calls.Counted)
        {
            // An attempt that nobody waited for any more may return after its answers were counted as unused.
            if (ids.Count(Remove) == ids.Count)
            {
                sum = sum?.Add(usage) ?? usage;
            }
        }

        return sum;
    }

    /// <summary>Nobody will take the answers of a submission to a subtask any more.</summary>
    /// <returns>What they have used that is not counted yet; <see langword="null"/> for nothing.</returns>
    public TaskUsage? TakeUnused(int subtask, int submission)
    {
        lock (_gate)
        {
            if (!_kept.TryGetValue(subtask, out Dictionary<string, Kept>? answers))
            {
                return null;
            }

            TaskUsage? sum = null;
            foreach ((string id, Kept kept) in answers.Where(one => one.Value.Submission == submission).OrderBy(static one => one.Key, StringComparer.Ordinal).ToArray())
            {
                answers.Remove(id);
                if (UsageOf(kept) is { } usage)
                {
                    sum = sum?.Add(usage) ?? usage;
                }
            }

            return sum;
        }
    }

    private bool Remove(string id)
    {
        lock (_gate)
        {
            return DeferrableCalls.SubtaskOf(id) is { } subtask && _kept.TryGetValue(subtask, out Dictionary<string, Kept>? answers) && answers.Remove(id);
        }
    }

    /// <summary>It is charged at the price of batches, and has saved nothing.</summary>
    private TaskUsage? UsageOf(Kept kept)
    {
        if (kept.Answer.Response is not { } response)
        {
            return null;
        }

        var call = new CallUsage();
        call.Add(response.Usage);
        return TaskUsage.Of(call.Of(response.ModelId ?? kept.Model, prices, [response.Usage ?? new()]) with { BatchDiscount = null });
    }

    private sealed record Kept(BatchedAnswer Answer, int Submission, string? Model);
}
