namespace AgentOrchestration.Testing;

/// <summary>Specifies the form of the headers in which a <see cref="ScriptedModelServer"/> reports its limits.</summary>
public enum ScriptedModelHeaders
{
    /// <summary><c>x-ratelimit-…</c>, with durations such as <c>1m30s</c>, and <c>retry-after</c>.</summary>
    OpenAI,

    /// <summary><c>anthropic-ratelimit-…</c>, with moments in RFC 3339, and <c>retry-after</c>.</summary>
    Anthropic,

    /// <summary>Only <c>retry-after</c>, on rejections.</summary>
    RetryAfterOnly,

    /// <summary>None.</summary>
    None,
}
