using System.Net;
using System.Text.Json.Nodes;
using AgentOrchestration.Testing;
using Microsoft.AspNetCore.Http;

namespace LoopbackModel.Protocol;

internal sealed record ErrorAnswer(int Status, string Type, string? Code, string Message)
{
    public static ErrorAnswer Malformed(string message) =>
        new(StatusCodes.Status400BadRequest, "invalid_request_error", null, message);

    public static ErrorAnswer BadRequest(string message, string? code) =>
        new(StatusCodes.Status400BadRequest, "invalid_request_error", code, message);

    public static ErrorAnswer Unauthorized() =>
        new(StatusCodes.Status401Unauthorized, "invalid_request_error", "invalid_api_key", "Incorrect API key provided.");

    public static ErrorAnswer UnknownUrl(HttpRequest request) => new(
        StatusCodes.Status404NotFound, "invalid_request_error", "unknown_url", $"Unknown request URL: {request.Method} {request.Path}.");

    public static ErrorAnswer TooManyRequests() =>
        new(StatusCodes.Status429TooManyRequests, "requests", "rate_limit_exceeded", "Rate limit reached.");

    public static ErrorAnswer Rejected(ModelRejectedException rejected) =>
        new((int)rejected.StatusCode!, "requests", rejected.StatusCode is HttpStatusCode.TooManyRequests ? "rate_limit_exceeded" : "overloaded", rejected.Message);

    public static ErrorAnswer Failure(string message) =>
        new(StatusCodes.Status500InternalServerError, "server_error", null, message);

    public Task WriteAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        var error = new JsonObject { ["message"] = Message, ["type"] = Type, ["param"] = null, ["code"] = Code };
        response.StatusCode = Status;
        return response.WriteAsJsonAsync(new JsonObject { ["error"] = error }, cancellationToken);
    }
}
