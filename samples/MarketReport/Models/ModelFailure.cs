using System.ClientModel;

namespace MarketReport.Models;

/// <summary>Says in a line why a model did not answer, whatever its client threw.</summary>
internal static class ModelFailure
{
    /// <returns>The line, or <see langword="null"/> when the exception is none of a model's client.</returns>
    public static string? Describe(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions: [.., { } last] } tries => Describe(last) is { } line ? $"{line} ({tries.InnerExceptions.Count} tries)" : null,
        ClientResultException { Status: 0 } unreachable => $"The model's endpoint cannot be reached: {Innermost(unreachable).Message} Check {ModelFactory.EndpointVariable}, or use --model offline.",
        ClientResultException { Status: 401 or 403 } => $"The model's endpoint refused the key. Check {ModelFactory.KeyVariable}.",
        ClientResultException { Status: 404 } => "The model's endpoint does not know this model or address. Check the name after openai: and " + ModelFactory.EndpointVariable + ".",
        ClientResultException { Status: 429 } => "The model's endpoint has too many requests, also after waiting. Try again later, or with a lower --max-parallelism.",
        ClientResultException failed => $"The model's endpoint failed with HTTP {failed.Status}. Try again later.",
        HttpRequestException or IOException => $"The connection to the model broke: {exception.Message}",
        TaskCanceledException => "The model did not answer in time.",
        _ => null,
    };

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;
}
