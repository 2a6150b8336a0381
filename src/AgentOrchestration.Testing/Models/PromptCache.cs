namespace AgentOrchestration.Testing.Models;

/// <summary>The prefixes of prompts that a server has in its cache, in blocks of 128 tokens. Not thread-safe. Times are in seconds.</summary>
internal sealed class PromptCache(int minTokens, double lifetime)
{
    private const int BlockTokens = 128;
    private const int BlockLength = BlockTokens * ModelText.TokenLength;
    private readonly int _first = Math.Max(0, ((minTokens + BlockTokens - 1) / BlockTokens) - 1);
    private readonly Dictionary<ulong, (double From, double Until)> _entries = [];

    /// <summary>Gets the hashes of all prefixes of a prompt that end with a block.</summary>
    public static List<ulong> PrefixesOf(string prompt)
    {
        List<ulong> prefixes = [];
        ulong hash = 0;
        for (int end = BlockLength; end <= prompt.Length; end += BlockLength)
        {
            hash = ModelText.Hash(hash, prompt.AsSpan(end - BlockLength, BlockLength));
            prefixes.Add(hash);
        }

        return prefixes;
    }

    /// <summary>Gets the tokens of the longest prefix that is in the cache.</summary>
    public int Find(List<ulong> prefixes, double now)
    {
        for (int block = prefixes.Count - 1; block >= _first; block--)
        {
            if (_entries.TryGetValue(prefixes[block], out (double From, double Until) entry) && entry.From <= now && now < entry.Until)
            {
                return (block + 1) * BlockTokens;
            }
        }

        return 0;
    }

    /// <summary>Puts all prefixes into the cache, and renews those that are there.</summary>
    /// <param name="prefixes">The prefixes of a prompt.</param>
    /// <param name="cached">How many tokens of them were found.</param>
    /// <param name="now">When the request began.</param>
    /// <param name="firstToken">When its first token is written: from then on they exist.</param>
    /// <returns>How many tokens were written.</returns>
    public int Store(List<ulong> prefixes, int cached, double now, double firstToken)
    {
        if (lifetime <= 0 || prefixes.Count <= _first)
        {
            return 0;
        }

        for (int block = _first; block < prefixes.Count; block++)
        {
            double from = _entries.TryGetValue(prefixes[block], out (double From, double Until) entry) && now < entry.Until ? Math.Min(entry.From, firstToken) : firstToken;
            _entries[prefixes[block]] = (from, Math.Max(entry.Until, now + lifetime));
        }

        return (prefixes.Count * BlockTokens) - cached;
    }
}
