using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;

namespace MarketReport.Models;

internal static class ModelFactory
{
    public const string KeyVariable = "OPENAI_API_KEY";
    public const string EndpointVariable = "OPENAI_BASE_URL";
    private const int Retries = 3;

    /// <exception cref="ModelException">Key or endpoint is missing or ill-formed.</exception>
    public static IChatClient Create(ModelChoice choice, Func<string, string?> variable)
    {
        if (choice.OpenAIName is not { } name)
        {
            return new OfflineModel();
        }

        string? key = variable(KeyVariable);
        string? endpoint = variable(EndpointVariable);
        if (string.IsNullOrWhiteSpace(key) && string.IsNullOrWhiteSpace(endpoint))
        {
            throw new ModelException(
                $"The model '{name}' needs a key: set {KeyVariable}, or {EndpointVariable} for an endpoint of your own (Ollama: http://localhost:11434/v1), or use --model offline.");
        }

        // The client's default policy does not pause between retries; this one does, and honours Retry-After.
        var options = new OpenAIClientOptions { RetryPolicy = new ClientRetryPolicy(Retries) };
        if (!string.IsNullOrWhiteSpace(endpoint))
        {
            options.Endpoint = Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
                ? address
                : throw new ModelException($"{EndpointVariable} is no http or https address. Set one such as http://localhost:11434/v1. Its value is not shown here: it may hold a password.");
        }

        return new OpenAIClient(new ApiKeyCredential(string.IsNullOrWhiteSpace(key) ? "none" : key), options).GetChatClient(name).AsIChatClient();
    }
}
