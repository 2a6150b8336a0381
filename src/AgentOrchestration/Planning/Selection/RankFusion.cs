namespace AgentOrchestration.Planning.Selection;

/// <summary>
/// Puts several rankings of the same things into one, by places and not by scores, whose units differ: each thing gets 1 / (k + its place) from each
/// ranking (reciprocal rank fusion: Cormack, Clarke, Buettcher, SIGIR 2009). A ranking that knows nothing says nothing.
/// </summary>
/// <param name="count">How many things there are.</param>
internal sealed class RankFusion(int count)
{
    /// <summary>Smaller than the usual 60: the rankings are short, and a first place in one of them is to count more than a middling place in all.</summary>
    private const int Softening = 10;

    private readonly float[] _fused = new float[count];

    /// <summary>Adds a ranking: the things with a score above 0, the highest first, and of equal ones the first.</summary>
    public void Add(float[] scores)
    {
        int place = 0;
        foreach (int thing in Best(scores, scores.Length))
        {
            _fused[thing] += 1f / (Softening + place++);
        }
    }

    /// <summary>Adds scores that are shares of those so far.</summary>
    public void AddShares(float[] scores)
    {
        for (int i = 0; i < _fused.Length; i++)
        {
            _fused[i] += scores[i];
        }
    }

    /// <summary>Gets the score of a thing so far.</summary>
    public float ScoreOf(int thing) => _fused[thing];

    /// <summary>Gets the best things so far, in order.</summary>
    public List<int> Best(int most) => Best(_fused, most);

    /// <summary>Gets the things with a score above 0, the highest first, and of equal ones the first.</summary>
    public static List<int> Best(float[] scores, int most)
    {
        List<int> things = [];
        for (int i = 0; i < scores.Length; i++)
        {
            // No number, which a foreign embedding can lead to, is no score.
            if (scores[i] > 0)
            {
                things.Add(i);
            }
        }

        things.Sort((one, other) => scores[other].CompareTo(scores[one]) is var order && order != 0 ? order : one.CompareTo(other));
        if (things.Count > most)
        {
            things.RemoveRange(most, things.Count - most);
        }

        return things;
    }
}
