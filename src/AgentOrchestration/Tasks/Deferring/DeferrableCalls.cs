using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks.Deferring;

/// <summary>
/// The calls of one attempt: a call that was deferred in an earlier attempt is answered, another is deferred if there is time, and the attempt ends. The id of a call follows from the
/// subtask, how often its work has failed, and what is asked: so the same code finds its answer in any process. Safe for concurrent use.
/// </summary>
/// <param name="endpoint">The endpoint.</param>
/// <param name="find">Finds an answer by the id of a call.</param>
/// <param name="key">Names the run, the subtask, and how often its work has failed.</param>
/// <param name="rounds">How often attempts have ended to wait.</param>
/// <param name="mayDefer">Whether there is time to defer a call.</param>
internal sealed class DeferrableCalls(DeferringEndpoint endpoint, Func<string, BatchedAnswer?> find, string key, int rounds, Func<bool> mayDefer)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _asked = new(StringComparer.Ordinal);
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);
    private readonly List<BatchedRequest> _deferred = [];
    private TaskUsage? _usage;
    private bool _isAnyMadeNow;

    public DeferringEndpoint Endpoint => endpoint;

    /// <summary>What was deferred; the attempt has ended then.</summary>
    public IReadOnlyList<BatchedRequest> Deferred => _deferred;

    /// <summary>Whether a call was deferred, so that whatever the code returns is no result.</summary>
    public bool IsAny
    {
        get
        {
            lock (_gate)
            {
                return _deferred.Count > 0;
            }
        }
    }

    /// <summary>The calls that were answered.</summary>
    public IReadOnlyCollection<string> Answered => _answered;

    /// <summary>What the answers have used: counted when the attempt has a result, because each attempt receives the same again.</summary>
    public TaskUsage? Usage
    {
        get
        {
            lock (_gate)
            {
                return _usage;
            }
        }
    }

    public void Count(TaskUsage usage)
    {
        lock (_gate)
        {
            _usage = _usage is null ? usage : _usage.Add(usage);
        }
    }

    /// <summary>Answers a call that an earlier attempt has deferred.</summary>
    /// <returns>The answer; <see langword="null"/> when the call is to be made now.</returns>
    /// <exception cref="CallDeferredException">The call is deferred.</exception>
    public ChatResponse? Take(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        ReadOnlyMemory<byte>? written = TryWrite(messages, options);
        string asked = written is { } bytes ? Convert.ToHexStringLower(SHA256.HashData(bytes.Span)) : "";
        lock (_gate)
        {
            if (written is not { } content)
            {
                return MakeNow();
            }

            int before = _asked.GetValueOrDefault(asked);
            _asked[asked] = before + 1;
            string id = IdOf(asked, before);
            if (find(id) is { } answer)
            {
                _answered.Add(id);
                return answer.Response is { } response ? Copy(response) : MakeNow();
            }

            // What was paid for in this attempt would be paid again in the next. And code that asks something else each time would wait, and pay, without end: each wait must
            // have led to an answer that it takes.
            if (_deferred.Count == 0 && (_isAnyMadeNow || _answered.Count < rounds || !mayDefer()))
            {
                return MakeNow();
            }

            _deferred.Add(new BatchedRequest(id, content));
        }

        throw new CallDeferredException();
    }

    /// <summary>A call cannot wait. An attempt that is over anyway does not make it.</summary>
    private ChatResponse? MakeNow()
    {
        if (_deferred.Count > 0)
        {
            throw new CallDeferredException();
        }

        _isAnyMadeNow = true;
        return null;
    }

    private ReadOnlyMemory<byte>? TryWrite(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        try
        {
            return endpoint.Batches.TryWrite(messages, options);
        }
        catch (Exception)
        {
            // What an application's own endpoint cannot write is asked at the model's.
            return null;
        }
    }

    private string IdOf(string asked, int before)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $"{key}\n{asked}\n{before}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    /// <summary>Callers change what they receive, and each attempt receives it again.</summary>
    private static ChatResponse Copy(ChatResponse response) => new([.. response.Messages.Select(message => message.Clone())])
    {
        ResponseId = response.ResponseId,
        ConversationId = response.ConversationId,
        ModelId = response.ModelId,
        CreatedAt = response.CreatedAt,
        FinishReason = response.FinishReason,
        Usage = response.Usage is { } usage ? Copy(usage) : null,
        AdditionalProperties = response.AdditionalProperties?.Clone(),
    };

    private static UsageDetails Copy(UsageDetails usage)
    {
        var copy = new UsageDetails();
        copy.Add(usage);
        return copy;
    }
}
