using System.Buffers;
using System.Text;
using System.Text.Unicode;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;

namespace AgentOrchestration.Execution.Secrets;

/// <summary>
/// The secrets that the attempts of one run were given, to keep them out of what is shown, logged and stored of it. They are forgotten when the run
/// has ended. Safe for concurrent use.
/// </summary>
/// <remarks>
/// New secrets are collected, and prepared when a text is looked at: in groups of which each later one holds less, so that a run with very many
/// secrets prepares each of them a few times at most, and looks at a text a few times at most. Commonly there is one group.
/// </remarks>
internal sealed class RunSecrets
{
    private const string Mark = "***";

    private readonly Lock _gate = new();
    private readonly ISecretProvider? _provider;
    private HashSet<string>? _known;
    private List<string>? _added;
    private SecretMatcher[] _groups = [];
    private volatile bool _isAny;
    private bool _isOver;
    private int _users;

    private RunSecrets(ISecretProvider? provider)
    {
        _provider = provider;
        Revealing = Reveal;
    }

    /// <summary>Where there is no provider nothing is ever revealed, so one serves all runs.</summary>
    private static RunSecrets None { get; } = new(provider: null);

    /// <summary>Gives the value of a secret, which is kept out of what is shown from then on.</summary>
    public Func<string, string> Revealing { get; }

    /// <summary>Whether any attempt was given a secret.</summary>
    public bool IsAny => _isAny;

    /// <summary>The number of secrets that are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _known?.Count ?? 0;
            }
        }
    }

    public static RunSecrets Of(ISecretProvider? provider) => provider is null ? None : new RunSecrets(provider);

    /// <summary>Code of the run begins. It may be shown what others were given.</summary>
    public void Enter()
    {
        if (_provider is not null)
        {
            Interlocked.Increment(ref _users);
        }
    }

    /// <summary>Code of the run has returned, and what it has thrown was looked at.</summary>
    public void Leave()
    {
        if (_provider is not null && Interlocked.Decrement(ref _users) == 0 && Volatile.Read(ref _isOver))
        {
            Forget();
        }
    }

    /// <summary>The run goes no further here: once all its code has returned, nothing is remembered.</summary>
    public void End()
    {
        if (_provider is not null)
        {
            Enter();
            Volatile.Write(ref _isOver, true);
            Leave();
        }
    }

    /// <summary>A text without the secrets, also where they are written as in a URL, in JSON or in base64.</summary>
    public string Redact(string text)
    {
        List<(int Start, int End)>? found = null;
        foreach (SecretMatcher group in Groups())
        {
            group.Find(text, ref found);
        }

        if (found is null)
        {
            return text;
        }

        var redacted = new StringBuilder(text.Length);
        int copied = 0;
        foreach ((int start, int end) in Joined(found))
        {
            redacted.Append(text, copied, start - copied).Append(Mark);
            copied = end;
        }

        return redacted.Append(text, copied, text.Length - copied).ToString();
    }

    /// <summary>Takes what may be shown of a text whose rest is still to come.</summary>
    /// <param name="text">What was held back before, and what has come since.</param>
    /// <param name="isEnd">Whether nothing more comes.</param>
    /// <param name="covered">How many characters at the start belong to a secret that <see cref="Mark"/> was shown for; after the call, of what is held back.</param>
    /// <param name="held">What has to be held back, because a secret may continue in it.</param>
    public string TakeShown(string text, bool isEnd, ref int covered, out string held)
    {
        SecretMatcher[] groups = Groups();
        List<(int Start, int End)>? found = covered > 0 ? [(0, covered)] : null;
        int end = text.Length;
        foreach (SecretMatcher group in groups)
        {
            group.Find(text, ref found);
            end = isEnd ? end : Math.Min(end, group.FindBegun(text));
        }

        held = text[end..];
        if (found is null)
        {
            return text[..end];
        }

        var shown = new StringBuilder(end);
        int copied = 0;
        bool isMarked = covered > 0;
        covered = 0;
        foreach ((int from, int to) in Joined(found))
        {
            if (from >= end)
            {
                break;
            }

            shown.Append(text, copied, from - copied).Append(from == 0 && isMarked ? "" : Mark);
            copied = Math.Min(to, end);
            covered = to - copied;
        }

        // A mark that nothing is shown after yet still counts.
        covered = isMarked && end == 0 ? Math.Max(covered, Joined(found).First().End) : covered;
        return shown.Append(text, copied, end - copied).ToString();
    }

    /// <summary>Whether what would be stored holds a secret.</summary>
    /// <param name="content">UTF-8.</param>
    public bool AreIn(ReadOnlySpan<byte> content)
    {
        const int Piece = 64 * 1024;
        SecretMatcher[] groups = Groups();
        if (groups.Length == 0)
        {
            return false;
        }

        // What one piece ends with, the next begins with.
        int overlap = groups.Max(group => group.Longest) - 1;
        char[] buffer = ArrayPool<char>.Shared.Rent(Piece + overlap);
        try
        {
            int kept = 0;
            while (content.Length > 0)
            {
                Utf8.ToUtf16(content, buffer.AsSpan(kept, Piece), out int read, out int written, replaceInvalidSequences: true, isFinalBlock: true);
                content = content[read..];
                Span<char> text = buffer.AsSpan(0, kept + written);
                foreach (SecretMatcher group in groups)
                {
                    if (group.IsInOutput(text))
                    {
                        return true;
                    }
                }

                kept = Math.Min(overlap, text.Length);
                text[^kept..].CopyTo(buffer);
            }

            return false;
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>Whether the text or the data of an exception, or of one inside it, holds a secret.</summary>
    public bool AreRevealedBy(Exception exception)
    {
        if (!_isAny)
        {
            return false;
        }

        try
        {
            if (IsShown(exception.ToString()))
            {
                return true;
            }

            var open = new Stack<Exception>([exception]);
            while (open.TryPop(out Exception? next))
            {
                foreach (System.Collections.DictionaryEntry entry in next.Data)
                {
                    if (IsShown(entry.Key.ToString()) || IsShown(entry.Value?.ToString()))
                    {
                        return true;
                    }
                }

                if (IsShown(next.Message))
                {
                    return true;
                }

                foreach (Exception inner in next is AggregateException aggregate ? aggregate.InnerExceptions : (IEnumerable<Exception>)(next.InnerException is { } one ? [one] : []))
                {
                    open.Push(inner);
                }
            }

            return false;
        }
        catch (Exception)
        {
            // The text of an exception is code of the exception's author.
            return true;
        }
    }

    private void Forget()
    {
        lock (_gate)
        {
            _isAny = false;
            _known = null;
            _added = null;
            Volatile.Write(ref _groups, []);
        }
    }

    private bool IsShown(string? text) => text is not null && Array.Exists(Groups(), group => group.IsIn(text));

    private string Reveal(string name)
    {
        string value = _provider is null
            ? throw new InvalidOperationException($"The arguments name the secret '{Excerpt.Of(name)}', but the application has registered no {nameof(ISecretProvider)}.")
            : _provider.Find(name) ?? throw new InvalidOperationException($"There is no secret '{Excerpt.Of(name)}'.");
        if (value.Length >= SecretForms.Shortest)
        {
            lock (_gate)
            {
                if ((_known ??= new(StringComparer.Ordinal)).Add(value))
                {
                    List<string> added = _added ?? [];
                    added.Add(value);
                    Volatile.Write(ref _added, added);
                    _isAny = true;
                }
            }
        }

        return value;
    }

    private SecretMatcher[] Groups()
    {
        if (!_isAny)
        {
            return [];
        }

        if (Volatile.Read(ref _added) is null)
        {
            return Volatile.Read(ref _groups);
        }

        lock (_gate)
        {
            if (_added is { } added)
            {
                List<SecretMatcher> groups = [.. _groups];
                while (groups is [.., var last] && last.Secrets.Count <= added.Count)
                {
                    added.AddRange(last.Secrets);
                    groups.RemoveAt(groups.Count - 1);
                }

                groups.Add(new SecretMatcher(added));
                Volatile.Write(ref _groups, [.. groups]);
                Volatile.Write(ref _added, null);
            }

            return _groups;
        }
    }

    /// <summary>Places that overlap are one.</summary>
    private static IEnumerable<(int Start, int End)> Joined(List<(int Start, int End)> found)
    {
        found.Sort();
        (int start, int end) = found[0];
        foreach ((int nextStart, int nextEnd) in found)
        {
            if (nextStart >= end)
            {
                yield return (start, end);
                (start, end) = (nextStart, nextEnd);
            }

            end = Math.Max(end, nextEnd);
        }

        yield return (start, end);
    }
}
