using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Planning.Selection;

/// <summary>
/// The built-in selector. It ranks the task types in several ways and fuses the ranks: by the words of the whole goal and of its sections, by their
/// meaning where embeddings are registered, by what served similar goals before, by what was used together with the best so far, and by what
/// produces their inputs. The same goal after the same plans gives the same selection.
/// </summary>
/// <param name="known">Plans that are known before any is run, such as templates.</param>
/// <param name="generator">Makes embeddings; <see langword="null"/> for none.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="logger">Gets what goes wrong with embeddings.</param>
internal sealed class TaskTypeSelector(
    IEnumerable<TaskPlan> known, IEmbeddingGenerator<string, Embedding<float>>? generator, TimeProvider timeProvider, ILogger logger) : ITaskTypeSelector
{
    /// <summary>How much of a goal is searched. What it says after that are data.</summary>
    public const int LongestText = 16_384;

    private const int MostLeaders = 10;

    private readonly EmbeddingRanking? _embeddings = generator is null ? null : new EmbeddingRanking(generator, timeProvider, logger);
    private readonly Lazy<PlanMemory> _memory = new(() =>
    {
        var memory = new PlanMemory();
        foreach (TaskPlan plan in known)
        {
            memory.Add(RememberedPlan.Of(plan));
        }

        return memory;
    });

    private TaskTypeIndex? _index;

    public async ValueTask<IReadOnlyList<string>> SelectAsync(TaskTypeQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        cancellationToken.ThrowIfCancellationRequested();
        TaskTypeIndex index = IndexOf(query);
        string text = TextOf(query.Request);
        var ranks = new RankFusion(index.TaskTypes.Length);
        ranks.Add(index.ScoreWhole(text));
        ranks.Add(index.ScoreSections(text));
        if (_embeddings is not null && await _embeddings.ScoreAsync(index, text, cancellationToken).ConfigureAwait(false) is { } meaning)
        {
            ranks.Add(meaning);
        }

        ranks.Add(_memory.Value.ScoreSimilar(SearchText.WordsOf(text), index));
        List<int> leaders = ranks.Best(MostLeaders);
        ranks.Add(_memory.Value.ScoreTogether(leaders.Select((taskType, place) => (index.TaskTypes[taskType].Name, 1f / (place + 1))), index));
        ranks.AddShares(index.ScoreProducers([.. ranks.Best(MostLeaders).Select(taskType => (taskType, ranks.ScoreOf(taskType)))]));
        List<int> selected = ranks.Best(query.MaxCount);
        if (selected.Count == 0)
        {
            selected = RankFusion.Best(_memory.Value.ScoreUse(index), query.MaxCount);
        }

        return [.. selected.Select(taskType => index.TaskTypes[taskType].Name)];
    }

    public void Learn(TaskPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _memory.Value.Add(RememberedPlan.Of(plan));
    }

    private static string TextOf(OrchestrationRequest request)
    {
        string goal = request.Goal.Length > LongestText ? request.Goal[..LongestText] : request.Goal;
        string text = $"{goal}\n{string.Join('\n', request.Inputs.Keys)}";
        return text.Length > LongestText ? text[..LongestText] : text;
    }

    /// <summary>The index of the task types, made again when they are others.</summary>
    private TaskTypeIndex IndexOf(TaskTypeQuery query)
    {
        TaskTypeIndex? index = Volatile.Read(ref _index);
        if (index is null || !index.IsOf(query.TaskTypes.TaskTypes))
        {
            index = new TaskTypeIndex(query.TaskTypes);
            Volatile.Write(ref _index, index);
        }

        return index;
    }
}
