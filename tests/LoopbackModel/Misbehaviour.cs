using Microsoft.Extensions.AI;

namespace LoopbackModel;

/// <summary>What the server does to one request instead of answering it well.</summary>
public abstract record Misbehaviour
{
    private Misbehaviour()
    {
    }

    /// <param name="RetryAfter">Sent as a Retry-After header in whole seconds, rounded up; no header when null.</param>
    public sealed record Refuse429(TimeSpan? RetryAfter = null) : Misbehaviour;

    public sealed record Fail500 : Misbehaviour;

    public sealed record Unauthorized401 : Misbehaviour;

    /// <summary>The model does answer; the connection ends before all of the answer is sent.</summary>
    public sealed record CutConnection(CutPoint At) : Misbehaviour;

    /// <summary>A sound HTTP answer whose message content is <see cref="Content"/>; the model is not asked.</summary>
    public sealed record InvalidJson : Misbehaviour
    {
        public const string Content = """{"result": "never clo""";
    }

    /// <summary>A sound HTTP answer whose message content is <paramref name="Text"/>; the model is not asked.</summary>
    public sealed record Answer(string Text) : Misbehaviour;

    /// <summary>
    /// A sound HTTP answer with another message than text: a refusal (<see cref="ErrorContent"/>), a tool call, reasoning, or nothing; the model
    /// is not asked.
    /// </summary>
    /// <param name="FinishReason">The <c>finish_reason</c>.</param>
    /// <param name="Contents">What the message holds; without text its content is null.</param>
    public sealed record Reply(ChatFinishReason FinishReason, params IReadOnlyList<AIContent> Contents) : Misbehaviour;

    /// <summary>A 400 in the protocol's form.</summary>
    public sealed record Refuse400(string Message, string? Code = null) : Misbehaviour;

    /// <summary>A 200 with a body that is no chat completion: the page of a proxy, or an error.</summary>
    public sealed record Body(string ContentType, string Content) : Misbehaviour;

    /// <summary>Not a byte is sent until the client goes away or the server is disposed.</summary>
    public sealed record Hang : Misbehaviour;
}
