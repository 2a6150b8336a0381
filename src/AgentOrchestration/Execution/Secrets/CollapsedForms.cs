namespace AgentOrchestration.Execution.Secrets;

/// <summary>
/// Secrets of which so little is left when everything is decoded that it would be found in every other message, because they look themselves like what represents other characters. What is
/// left is one of them only where it was decoded from as much text: nothing is written shorter than it is.
/// </summary>
internal sealed class CollapsedForms
{
    private readonly FormSet _left;
    private readonly int _leastInOutput;
    private readonly int _least;

    private CollapsedForms(Dictionary<string, int> left, int shortestInOutput)
    {
        int[] inOutput = [.. left.Values.Where(length => length >= shortestInOutput)];
        _left = new FormSet(left.Keys, left.Where(form => form.Value >= shortestInOutput).Select(static form => form.Key));
        _least = left.Values.Min();
        _leastInOutput = inOutput.Length == 0 ? int.MaxValue : inOutput.Min();
    }

    /// <param name="secrets">The secrets.</param>
    /// <param name="shortestInOutput">How long they are at least to be looked for in outputs.</param>
    /// <returns>Those that collapse; <see langword="null"/> when none does.</returns>
    public static CollapsedForms? Of(IEnumerable<string> secrets, int shortestInOutput)
    {
        var left = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (string secret in secrets.Where(static secret => secret.Length >= SecretForms.Shortest))
        {
            // Of nothing but backslashes nothing is left.
            if (DecodedText.Decode(secret) is { Length: > 0 and < SecretForms.Shortest } decoded)
            {
                left[decoded] = Math.Min(left.GetValueOrDefault(decoded, int.MaxValue), secret.Length);
            }
        }

        return left.Count == 0 ? null : new CollapsedForms(left, shortestInOutput);
    }

    public bool IsIn(DecodedText text) => Any(text, _least);

    /// <summary>The same for an output, which may hold a short word by chance.</summary>
    public bool IsInOutput(DecodedText text) => _leastInOutput < int.MaxValue && _left.IsInOutput(text.Characters) && Any(text, _leastInOutput);

    /// <summary>Adds where forms are in a text; they may overlap.</summary>
    public void Find(DecodedText text, ref List<(int Start, int End)>? found) => Find(text, _least, ref found);

    /// <summary>Finds where the rest of a text begins with which a form may continue in what follows.</summary>
    /// <returns>The place, or the length of the text when there is none.</returns>
    public int FindBegun(ReadOnlySpan<char> text) => _left.FindBegun(text);

    private bool Any(DecodedText text, int least)
    {
        List<(int Start, int End)>? found = null;
        Find(text, least, ref found);
        return found is not null;
    }

    private void Find(DecodedText text, int least, ref List<(int Start, int End)>? found)
    {
        List<(int Start, int End)>? places = null;
        _left.Find(text.Characters, ref places);
        foreach ((int start, int end) in places ?? [])
        {
            // Backslashes in front of and behind it may belong to it.
            int last = end == text.Characters.Length ? text.EndOf(end - 1) : text.Characters[end] == '\\' ? text.EndOf(end) : text.BeginOf(end);
            if (last - text.StartOf(start) >= least)
            {
                (found ??= []).Add((text.StartOf(start), last));
            }
        }
    }
}
