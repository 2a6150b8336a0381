using System.Net;

namespace AgentOrchestration.Testing;

/// <summary>The error with which a <see cref="ScriptedModelServer"/> rejects a request: a status, and the headers of the response.</summary>
public sealed class ModelRejectedException : HttpRequestException
{
    internal ModelRejectedException(HttpStatusCode status, IReadOnlyDictionary<string, string> headers, string message)
        : base(message, inner: null, status) => Headers = headers;

    /// <summary>Gets the headers of the response.</summary>
    /// <value>Names in lower case.</value>
    public IReadOnlyDictionary<string, string> Headers { get; }
}
