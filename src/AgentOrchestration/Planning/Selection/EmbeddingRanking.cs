using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Planning.Selection;

/// <summary>
/// Scores task types by the meaning of their descriptions, with the application's embedding generator. The descriptions are embedded once. A generator
/// that fails, or answers what cannot be compared, costs no plan: it is logged, and is asked again after a minute.
/// </summary>
internal sealed class EmbeddingRanking(IEmbeddingGenerator<string, Embedding<float>> generator, TimeProvider timeProvider, ILogger logger)
{
    private const int MostAtOnce = 256;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private Task<ReadOnlyMemory<float>[]>? _embedded;
    private TaskTypeIndex? _embeddedIndex;
    private long? _failedAt;

    /// <returns>The scores; <see langword="null"/> when there are none now.</returns>
    public async ValueTask<float[]?> ScoreAsync(TaskTypeIndex index, string text, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_failedAt is { } failedAt && timeProvider.GetElapsedTime(failedAt) < Pause)
            {
                return null;
            }
        }

        try
        {
            return await CompareAsync(index, text, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            lock (_gate)
            {
                _failedAt = timeProvider.GetTimestamp();
                _embedded = null;
            }

            PlanningLog.EmbeddingFailed(logger, exception);
            return null;
        }
    }

    private async Task<float[]> CompareAsync(TaskTypeIndex index, string text, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<float>[] taskTypes = await EmbeddedAsync(index).WaitAsync(Longest, timeProvider, cancellationToken).ConfigureAwait(false);
        ReadOnlyMemory<float> goal = (await EmbedAsync([text], cancellationToken).WaitAsync(Longest, timeProvider, cancellationToken).ConfigureAwait(false))[0];
        float[] scores = new float[taskTypes.Length];
        for (int i = 0; i < scores.Length; i++)
        {
            if (taskTypes[i].Length != goal.Length)
            {
                throw new InvalidOperationException($"The embedding generator answers with {goal.Length} dimensions for the goal and {taskTypes[i].Length} for '{index.TaskTypes[i].Name}'.");
            }

            scores[i] = TensorPrimitives.CosineSimilarity(taskTypes[i].Span, goal.Span);
        }

        return scores;
    }

    /// <summary>The task types, embedded once for all who plan: nobody who gives up cancels it for the others.</summary>
    private Task<ReadOnlyMemory<float>[]> EmbeddedAsync(TaskTypeIndex index)
    {
        lock (_gate)
        {
            if (_embedded is null || _embeddedIndex != index)
            {
                _embeddedIndex = index;
                _embedded = EmbedAsync([.. index.TaskTypes.Select(TaskTypeIndex.TextOf)], CancellationToken.None);
            }

            return _embedded;
        }
    }

    private async Task<ReadOnlyMemory<float>[]> EmbedAsync(string[] texts, CancellationToken cancellationToken)
    {
        List<ReadOnlyMemory<float>> vectors = [];
        foreach (string[] some in texts.Chunk(MostAtOnce))
        {
            GeneratedEmbeddings<Embedding<float>> embeddings = await generator.GenerateAsync(some, cancellationToken: cancellationToken).ConfigureAwait(false);
            if (embeddings.Count != some.Length)
            {
                throw new InvalidOperationException($"The embedding generator answered {some.Length} texts with {embeddings.Count} embeddings.");
            }

            vectors.AddRange(embeddings.Select(embedding => embedding.Vector.Length > 0 ? embedding.Vector : throw new InvalidOperationException("The embedding generator answered with an empty embedding.")));
        }

        return [.. vectors];
    }
}
