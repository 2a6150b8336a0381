using System.Net;
using System.Text.Json;
using AgentOrchestration.Planning.Model;

namespace AgentOrchestration.Tests.Planning.Model;

/// <summary>Errors in the words of public endpoints, as their clients report them.</summary>
public sealed class EndpointErrorTests
{
    [Theory]
    [InlineData("HTTP 400 (invalid_request_error: context_length_exceeded)\n\nThis model's maximum context length is 128000 tokens. However, your messages resulted in 130001 tokens.")]
    [InlineData("Status Code: BadRequest\n{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\",\"message\":\"prompt is too long: 208310 tokens > 200000 maximum\"}}")]
    [InlineData("HTTP 400 (exceed_context_size_error: )\n\nthe request exceeds the available context size, try increasing it")]
    [InlineData("HTTP 400\n\nThe input token count (1200000) exceeds the maximum number of tokens allowed (1048576).")]
    [InlineData("Input is too long for requested model.")]
    [InlineData("HTTP 400\n\nThis model's maximum prompt length is 131072 but the request contains 131100 tokens.")]
    [InlineData("HTTP 413 (tokens: rate_limit_exceeded)\n\nRequest too large for model.")]
    [InlineData("HTTP 422\n\n`inputs` tokens + `max_new_tokens` must be <= 4096.")]
    public void A_request_that_is_too_long_is_recognised(string message) =>
        Assert.Equal(PlanDiagnosticCode.ContextTooLong, EndpointError.Explain(new ClientException(message))?.Code);

    [Theory]
    [InlineData("HTTP 400 (invalid_request_error: )\nParameter: response_format\n\nInvalid parameter: 'response_format' of type 'json_schema' is not supported with this model.")]
    [InlineData("HTTP 400 (invalid_request_error: )\n\nThis response_format type is unavailable now")]
    [InlineData("HTTP 400\n\n'response_format.type' must be 'json_schema' or 'text'")]
    [InlineData("HTTP 422\n\nExtra inputs are not permitted: response_format")]
    [InlineData("HTTP 400 (invalid_request_error: )\n\n'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.")]
    [InlineData("HTTP 400\n\nThe specified schema produces a constraint that has too many states for serving.")]
    [InlineData("HTTP 500\n\nJSON schema conversion failed: unrecognized schema")]
    [InlineData("Status: 400 (Bad Request)\nUnrecognized request argument supplied: response_format")]
    [InlineData("This model does not support structured outputs.")]
    [InlineData("Status: 422 (Unprocessable Entity)\nExtra inputs are not permitted: strict")]
    [InlineData("Status Code: BadRequest\n{\"error\":\"output_config: schema is not supported\"}")]
    public void A_response_format_that_is_not_supported_is_recognised(string message) =>
        Assert.Equal(PlanDiagnosticCode.UnsupportedResponseFormat, EndpointError.Explain(new ClientException(message))?.Code);

    [Theory]
    [InlineData("HTTP 400 (: content_filter)\n\nThe response was filtered due to the prompt triggering Azure OpenAI's content management policy.")]
    [InlineData("HTTP 400 (invalid_request_error: )\n\nOutput blocked by content filtering policy")]
    [InlineData("HTTP 403\n\nYour chosen model requires moderation and your input was flagged for \"violence\".")]
    public void A_content_filter_is_recognised(string message) =>
        Assert.Equal(PlanDiagnosticCode.ContentFilter, EndpointError.Explain(new ClientException(message))?.Code);

    [Theory]
    [InlineData("HTTP 429 (tokens: rate_limit_exceeded)\n\nRequest too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 40000.")]
    [InlineData("HTTP 401 (invalid_request_error: invalid_api_key)\n\nIncorrect API key provided.")]
    [InlineData("HTTP 500 (server_error: )\n\nThe server had an error while processing your request.")]
    [InlineData("HTTP 404 (invalid_request_error: model_not_found)\n\nThe model `gpt-9` does not exist.")]
    [InlineData("HTTP 503\n\nThe context window service is unavailable.")]
    [InlineData("HTTP response with status 429: the context window is full for this minute")]
    [InlineData("Status Code: TooManyRequests\n{\"error\":\"prompt is too long for this minute\"}")]
    [InlineData("No connection could be made because the target machine actively refused it.")]
    public void Other_errors_stay_what_they_are(string message) => Assert.Null(EndpointError.Explain(new ClientException(message)));

    [Fact]
    public void The_status_of_an_HTTP_exception_counts_and_words_of_inner_exceptions_too()
    {
        Assert.Equal(
            PlanDiagnosticCode.UnsupportedResponseFormat,
            EndpointError.Explain(new InvalidOperationException("The model failed.", new HttpRequestException("Unknown field: json_schema", null, HttpStatusCode.BadRequest)))?.Code);
        Assert.Null(EndpointError.Explain(new HttpRequestException("Unknown field: json_schema", null, HttpStatusCode.TooManyRequests)));
    }

    [Fact]
    public void What_a_client_cannot_read_is_no_answer_of_a_model()
    {
        JsonException page = Assert.ThrowsAny<JsonException>(() => JsonElement.Parse("<html>"));
        InvalidOperationException array = Assert.Throws<InvalidOperationException>(() => JsonElement.Parse("[]").GetProperty("choices"));

        Assert.Equal(PlanDiagnosticCode.InvalidResponse, EndpointError.Explain(page)?.Code);
        Assert.Equal(PlanDiagnosticCode.InvalidResponse, EndpointError.Explain(array)?.Code);
        Assert.Null(EndpointError.Explain(new InvalidOperationException("The script has no answer.")));
    }

    private sealed class ClientException(string message) : Exception(message);
}
