using AgentOrchestration.Tasks.Deferring;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Testing.Models;

/// <summary>A batch that a scripted endpoint has received. Safe for concurrent use.</summary>
/// <param name="name">Its name.</param>
/// <param name="requests">Its requests.</param>
/// <param name="createdAt">When it was received.</param>
/// <param name="time">How long it takes, if it neither expires nor is cancelled.</param>
/// <param name="options">When it expires.</param>
internal sealed class ScriptedBatch(string name, IReadOnlyList<BatchedRequest> requests, DateTimeOffset createdAt, TimeSpan time, ScriptedBatchOptions options)
{
    private readonly Lock _gate = new();
    private DateTimeOffset? _cancelledAt;
    private BatchedAnswer[]? _answers;

    public string Name => name;

    private DateTimeOffset EndsAt => createdAt + (time < options.Window ? time : options.Window);

    public bool HasEndedAt(DateTimeOffset now)
    {
        lock (_gate)
        {
            return now >= EndsAt || now >= _cancelledAt + options.CancelTime;
        }
    }

    public void Cancel(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (now < EndsAt)
            {
                _cancelledAt ??= now;
            }
        }
    }

    /// <summary>The answers, made once: each is charged.</summary>
    public IReadOnlyList<BatchedAnswer> Answers(Func<BatchedRequest, ChatResponse> answer)
    {
        lock (_gate)
        {
            TimeSpan spent = (_cancelledAt ?? EndsAt) - createdAt;
            return _answers ??= [.. requests.Select((request, index) => time * ((index + 1.0) / requests.Count) <= spent
                ? new BatchedAnswer(request.Id) { Response = answer(request) }
                : new BatchedAnswer(request.Id) { Error = "It was not answered in time." })];
        }
    }
}
