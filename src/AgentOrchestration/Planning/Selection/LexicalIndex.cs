namespace AgentOrchestration.Planning.Selection;

/// <summary>
/// Finds documents by the terms that they hold, by the measure BM25 with its usual constants (Robertson, Zaragoza: The Probabilistic Relevance
/// Framework, 2009). Made once for its documents; a search costs as much as the terms have places. Immutable.
/// </summary>
internal sealed class LexicalIndex
{
    private const double Saturation = 1.2;
    private const double LengthShare = 0.75;

    private readonly Dictionary<string, (int Document, float Weight)[]> _places = new(StringComparer.Ordinal);

    /// <param name="documents">The terms of each document.</param>
    public LexicalIndex(IReadOnlyList<IReadOnlyCollection<string>> documents)
    {
        double average = documents.Count == 0 ? 1 : Math.Max(1, documents.Average(document => (double)document.Count));
        var counts = new Dictionary<string, List<(int Document, int Count)>>(StringComparer.Ordinal);
        for (int i = 0; i < documents.Count; i++)
        {
            foreach ((string term, int count) in documents[i].CountBy(term => term, StringComparer.Ordinal))
            {
                (counts.TryGetValue(term, out List<(int Document, int Count)>? known) ? known : counts[term] = []).Add((i, count));
            }
        }

        foreach ((string term, List<(int Document, int Count)> places) in counts)
        {
            double rarity = RarityOf(places.Count, documents.Count);
            _places[term] =
            [
                .. places.Select(place => (place.Document, (float)(rarity * WeightOf(place.Count, documents[place.Document].Count / average)))),
            ];
        }
    }

    /// <summary>Gets how much a term says that occurs in this number of documents.</summary>
    public static double RarityOf(int holders, int documents) => Math.Log(1 + ((documents - holders + 0.5) / (holders + 0.5)));

    /// <summary>Gets how much a term counts that stands so often in a document of a length, where 1 is the average.</summary>
    public static double WeightOf(int count, double length) => count * (Saturation + 1) / (count + (Saturation * (1 - LengthShare + (LengthShare * length))));

    /// <summary>Adds to the score of each document what the terms say of it.</summary>
    /// <param name="terms">The terms that are searched; each counts once.</param>
    /// <param name="scores">The scores of the documents.</param>
    public void Score(IEnumerable<string> terms, float[] scores)
    {
        foreach (string term in terms.Distinct(StringComparer.Ordinal))
        {
            if (_places.TryGetValue(term, out (int Document, float Weight)[]? places))
            {
                foreach ((int document, float weight) in places)
                {
                    scores[document] += weight;
                }
            }
        }
    }
}
