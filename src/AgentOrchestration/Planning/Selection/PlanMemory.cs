using System.Runtime.InteropServices;

namespace AgentOrchestration.Planning.Selection;

/// <summary>
/// The plans that the application has run, the last thousand of different ones: which task types served which goals, and which were used together.
/// In memory only. Safe for concurrent use.
/// </summary>
internal sealed class PlanMemory
{
    private const int MostPlans = 1_000;
    private const int MostNeighbours = 20;

    private readonly Lock _gate = new();
    private readonly LinkedList<RememberedPlan> _plans = [];
    private readonly Dictionary<string, LinkedListNode<RememberedPlan>> _byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _holders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _uses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, int>> _together = new(StringComparer.Ordinal);
    private long _words;

    /// <summary>Remembers a plan. One that is known, goal and all, becomes the newest: what runs every minute drives nothing else out.</summary>
    public void Add(RememberedPlan plan)
    {
        lock (_gate)
        {
            if (_byKey.Remove(plan.Key, out LinkedListNode<RememberedPlan>? known))
            {
                _plans.Remove(known);
                Count(known.Value, -1);
            }
            else if (_plans.Count >= MostPlans)
            {
                RememberedPlan oldest = _plans.First!.Value;
                _plans.RemoveFirst();
                _byKey.Remove(oldest.Key);
                Count(oldest, -1);
            }

            _byKey.Add(plan.Key, _plans.AddLast(plan));
            Count(plan, 1);
        }
    }

    /// <summary>Scores task types by the remembered goals that are most similar to a text.</summary>
    public float[] ScoreSimilar(IReadOnlyList<string> words, TaskTypeIndex index)
    {
        float[] scores = new float[index.TaskTypes.Length];
        lock (_gate)
        {
            HashSet<string> searched = new(words, StringComparer.Ordinal);
            double average = _plans.Count == 0 ? 1 : Math.Max(1, (double)_words / _plans.Count);
            (RememberedPlan Plan, float Similarity)[] remembered = [.. _plans.Select(plan => (plan, SimilarityOf(plan, searched, average)))];
            (RememberedPlan Plan, float Similarity)[] nearest = [.. remembered.Where(plan => plan.Similarity > 0).OrderByDescending(plan => plan.Similarity).Take(MostNeighbours)];
            foreach ((RememberedPlan plan, float similarity) in nearest)
            {
                // The square: one that is half as similar says much less.
                float share = similarity / nearest[0].Similarity;
                Add(plan.TaskTypes, share * share, scores, index);
            }
        }

        return scores;
    }

    /// <summary>Scores task types by how often they were used together with others.</summary>
    /// <param name="others">The others, with a weight each.</param>
    /// <param name="index">The task types.</param>
    public float[] ScoreTogether(IEnumerable<(string Name, float Weight)> others, TaskTypeIndex index)
    {
        float[] scores = new float[index.TaskTypes.Length];
        lock (_gate)
        {
            foreach ((string name, float weight) in others)
            {
                if (_together.TryGetValue(name, out Dictionary<string, int>? partners))
                {
                    // One more than it was used: what was seen once is no rule.
                    float each = weight / (_uses[name] + 1);
                    foreach ((string partner, int times) in partners)
                    {
                        Add([partner], each * times, scores, index);
                    }
                }
            }
        }

        return scores;
    }

    /// <summary>Scores task types by how often they were used.</summary>
    public float[] ScoreUse(TaskTypeIndex index)
    {
        float[] scores = new float[index.TaskTypes.Length];
        lock (_gate)
        {
            foreach ((string name, int times) in _uses)
            {
                Add([name], times, scores, index);
            }
        }

        return scores;
    }

    private static void Add(IEnumerable<string> names, float score, float[] scores, TaskTypeIndex index)
    {
        foreach (int place in names.Select(index.Find).Where(place => place >= 0))
        {
            scores[place] += score;
        }
    }

    private float SimilarityOf(RememberedPlan plan, HashSet<string> searched, double average)
    {
        double weight = LexicalIndex.WeightOf(1, plan.Words.Length / average);
        double similarity = 0;
        foreach (string word in plan.Words)
        {
            if (searched.Contains(word))
            {
                similarity += weight * LexicalIndex.RarityOf(_holders[word], _plans.Count);
            }
        }

        return (float)similarity;
    }

    private void Count(RememberedPlan plan, int by)
    {
        _words += by * plan.Words.Length;
        foreach (string word in plan.Words)
        {
            Count(_holders, word, by);
        }

        foreach (string name in plan.TaskTypes)
        {
            Count(_uses, name, by);
            Dictionary<string, int> partners = _together.TryGetValue(name, out Dictionary<string, int>? known) ? known : _together[name] = new(StringComparer.Ordinal);
            foreach (string other in plan.TaskTypes.Where(other => other != name))
            {
                Count(partners, other, by);
            }

            if (partners.Count == 0)
            {
                _together.Remove(name);
            }
        }
    }

    private static void Count(Dictionary<string, int> counts, string name, int by)
    {
        ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, name, out _);
        count += by;
        if (count <= 0)
        {
            counts.Remove(name);
        }
    }
}
