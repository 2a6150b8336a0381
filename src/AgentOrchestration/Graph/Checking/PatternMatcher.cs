using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace AgentOrchestration.Graph.Checking;

/// <summary>
/// Matches values with the patterns of schemas. Where the pattern allows it, matching takes linear time. The others have a limit for each
/// value and one for all values of a plan: a hostile plan has many that take long. Not thread-safe.
/// </summary>
internal sealed class PatternMatcher
{
    private static readonly TimeSpan TimeForOne = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan TimeForAll = TimeSpan.FromSeconds(1);

    /// <summary>Patterns stand in the schemas of the application; there are as many as it has.</summary>
    private static readonly ConcurrentDictionary<string, Regex> Patterns = new(StringComparer.Ordinal);

    private TimeSpan _left = TimeForAll;

    /// <returns>Whether the text matches; <see langword="null"/> when that takes too long to say.</returns>
    public bool? IsMatch(string text, string pattern)
    {
        Regex regex = Patterns.GetOrAdd(pattern, Compile);
        if (regex.Options.HasFlag(RegexOptions.NonBacktracking))
        {
            return regex.IsMatch(text);
        }

        if (_left <= TimeSpan.Zero)
        {
            return null;
        }

        long startedAt = TimeProvider.System.GetTimestamp();
        try
        {
            return regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
        finally
        {
            _left -= TimeProvider.System.GetElapsedTime(startedAt);
        }
    }

    private static Regex Compile(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (NotSupportedException)
        {
            // It looks around itself or refers back to what it has matched.
            return new Regex(pattern, RegexOptions.CultureInvariant, TimeForOne);
        }
    }
}
