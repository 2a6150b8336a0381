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
/// <param name="find">Finds an answer by the id of a call, and the submission that it comes from.</param>
/// <param name="subtask">The subtask.</param>
/// <param name="taskType">The name of its task type.</param>
/// <param name="key">Names the run, the subtask, and how often its work has failed.</param>
/// <param name="rounds">How often attempts have ended to wait.</param>
/// <param name="mayDefer">Whether there is time to defer a call.</param>
internal sealed class DeferrableCalls(DeferringEndpoint endpoint, Func<string, (BatchedAnswer Answer, int Submission)?> find, int subtask, string taskType, string key, int rounds, Func<bool> mayDefer)
{
    private const int SubtaskDigits = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _asked = new(StringComparer.Ordinal);
    private readonly HashSet<int> _answeredBy = [];
    private readonly List<(TaskUsage, IReadOnlyList<string>)> _counted = [];
    private readonly List<BatchedRequest> _deferred = [];
    private string? _model;
    private long _bytes;
    private bool _isAnyMadeNow;
    private bool _isSealed;

    public DeferringEndpoint Endpoint => endpoint;

    /// <summary>The name of the task type whose code makes them.</summary>
    public string TaskType => taskType;

    /// <summary>What was deferred. Never changes once it is sealed.</summary>
    public IReadOnlyList<BatchedRequest> Deferred => _deferred;

    /// <summary>The model that was asked, as the calls name it; empty when they name none. A batch has calls of one only.</summary>
    public string Model => _model ?? "";

    /// <summary>What calls have used, and the answers that they have taken: counted when the attempt has a result, because each attempt receives the same again.</summary>
    public IReadOnlyList<(TaskUsage Usage, IReadOnlyList<string> Ids)> Counted
    {
        get
        {
            lock (_gate)
            {
                return [.. _counted];
            }
        }
    }

    /// <summary>The subtask that a request belongs to, which its id begins with; <see langword="null"/> when it is no such id.</summary>
    public static int? SubtaskOf(string id) =>
        id.Length > SubtaskDigits && int.TryParse(id.AsSpan(0, SubtaskDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int subtask) ? subtask : null;

    /// <summary>The code has returned: what it calls from now on is not deferred.</summary>
    /// <returns>Whether a call was deferred, so that whatever the code has returned is no result.</returns>
    public bool Seal()
    {
        lock (_gate)
        {
            _isSealed = true;
            return _deferred.Count > 0;
        }
    }

    /// <summary>A call is over.</summary>
    /// <param name="usage">What it has used.</param>
    /// <param name="call">The call, with the answers that it has taken.</param>
    public void Count(TaskUsage usage, DeferrableCall call)
    {
        IReadOnlyList<string> ids = call.Ids;
        lock (_gate)
        {
            _counted.Add((usage, ids));
        }
    }

    /// <summary>Answers a call that an earlier attempt has deferred.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="options">The options.</param>
    /// <param name="client">What the chat client says about itself.</param>
    /// <param name="call">The call that the request is a part of; <see langword="null"/> when that is not known.</param>
    /// <returns>The answer; <see langword="null"/> when the call is to be made now.</returns>
    /// <exception cref="CallDeferredException">The call is deferred.</exception>
    public ChatResponse? Take(IReadOnlyList<ChatMessage> messages, ChatOptions? options, ChatClientMetadata? client, DeferrableCall? call)
    {
        ReadOnlyMemory<byte>? written = endpoint.AsksTheSameModel(options, client) ? TryWrite(messages, options) : null;
        string asked = written is { } bytes ? Convert.ToHexStringLower(SHA256.HashData(bytes.Span)) : "";
        lock (_gate)
        {
            if (written is not { } content || BatchedRequest.SizeOf(content) > endpoint.Batches.MaxBytes)
            {
                return MakeNow(call);
            }

            int before = _asked.GetValueOrDefault(asked);
            _asked[asked] = before + 1;
            string id = IdOf(asked, before);
            if (find(id) is { } found)
            {
                _answeredBy.Add(found.Submission);
                if (found.Answer.Response is not { } response || AnswerCopy.Of(response) is not { } copy)
                {
                    return MakeNow(call);
                }

                call?.Count(id, copy.Usage);
                return copy;
            }

            // What was paid for in this attempt would be paid again in the next. And code that asks something else each time would wait, and pay, without end: each wait must
            // have led to an answer that it takes.
            if (_deferred.Count == 0 && (_isSealed || _isAnyMadeNow || _answeredBy.Count < rounds || !mayDefer()))
            {
                return MakeNow(call);
            }

            string model = options?.ModelId ?? "";
            if (!_isSealed && HasRoomFor(content, model) && call?.TryDefer(asked) != false)
            {
                _model ??= model;
                _bytes += BatchedRequest.SizeOf(content);
                _deferred.Add(new BatchedRequest(id, content));
            }
        }

        call?.EndOuter();
        throw new CallDeferredException();
    }

    /// <summary>Whether the call goes into the batch of those before it: otherwise it waits for the next one.</summary>
    private bool HasRoomFor(ReadOnlyMemory<byte> content, string model) =>
        _deferred.Count == 0
        || (_model == model && _deferred.Count < endpoint.Batches.MaxRequests && _bytes + BatchedRequest.SizeOf(content) <= endpoint.Batches.MaxBytes);

    /// <summary>A call cannot wait. An attempt that is over anyway does not make it.</summary>
    private ChatResponse? MakeNow(DeferrableCall? call)
    {
        if (_deferred.Count > 0)
        {
            call?.EndOuter();
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
        return string.Create(CultureInfo.InvariantCulture, $"{subtask:x8}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12))}");
    }
}
