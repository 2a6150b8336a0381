using AgentOrchestration.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;

namespace LoopbackModel.Protocol;

/// <summary>The headers that a scripted server behind the endpoint gives its answers.</summary>
internal static class ResponseHeaders
{
    public static void Write(AdditionalPropertiesDictionary? properties, HttpResponse response)
    {
        if (properties?.TryGetValue(ScriptedModelServer.HeadersProperty, out var value) is true && value is IReadOnlyDictionary<string, string> headers)
        {
            Write(headers, response);
        }
    }

    public static void Write(IReadOnlyDictionary<string, string> headers, HttpResponse response)
    {
        foreach (var (name, value) in headers)
        {
            response.Headers[name] = value;
        }
    }
}
