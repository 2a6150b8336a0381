using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using AgentOrchestration.Plans.Diagnostics;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks.Deferring;

/// <summary>
/// Speaks OpenAI's Batch API (<c>/v1/files</c> and <c>/v1/batches</c>), also of others that offer it: half the price, within 24 hours, at most 50,000 requests and 200 MB in a batch.
/// The key is in the headers of the client that it is given. Safe for concurrent use.
/// </summary>
/// <example>
/// <code>
/// var http = new HttpClient { BaseAddress = new Uri("https://api.openai.com/v1/"), DefaultRequestHeaders = { Authorization = new("Bearer", key) } };
/// services.AddAgentOrchestration()
///     .AddModelEndpoint("gpt")
///     .AddBatchEndpoint("gpt", _ =&gt; new OpenAIBatchEndpoint(http, "gpt-4o-mini"));
/// </code>
/// </example>
public sealed class OpenAIBatchEndpoint : IBatchEndpoint
{
    internal const string NameProperty = "agent_orchestration";
    internal const string Url = "/v1/chat/completions";

    private const int LongestDocument = 1_000_000;
    private const int LongestPage = 32_000_000;
    private const int LongestError = 20_000;
    private const int LongestBatchId = 256;
    private const int PageSize = 100;
    private const int MostPages = 1_000;

    /// <summary>Clocks differ, and the endpoint counts in seconds.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromDays(1);

    private readonly HttpClient _http;
    private readonly string _model;
    private readonly Uri _base;

    /// <summary>Initializes a new instance of the <see cref="OpenAIBatchEndpoint"/> class.</summary>
    /// <param name="http">
    /// The client, with the address of the API up to and including <c>/v1/</c>, and the key in its headers. Its timeout must be long enough to send a batch. Stays the caller's to
    /// dispose of. Batches have limits of their own, so it needs no gate.
    /// </param>
    /// <param name="model">The name of the model for calls that name none in <see cref="ChatOptions.ModelId"/>: that of the chat client. Calls of a client that says that its model is another one are not deferred.</param>
    /// <exception cref="ArgumentException">The client has no base address, or the name of the model is empty.</exception>
    public OpenAIBatchEndpoint(HttpClient http, string model)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentException.ThrowIfNullOrEmpty(model);
        Uri address = http.BaseAddress
            ?? throw new ArgumentException("The client has no base address: set BaseAddress to that of the API, such as https://api.openai.com/v1/.", nameof(http));
        _base = address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
        _http = http;
        _model = model;
    }

    /// <inheritdoc/>
    public int MaxRequests => 50_000;

    /// <inheritdoc/>
    /// <remarks>A little less than the 200 MB of the API, for what belongs to each request.</remarks>
    public long MaxBytes => 180_000_000;

    /// <inheritdoc/>
    public string? DefaultModelId => _model;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? TryWrite(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return OpenAIRequestWriter.TryWrite(_model, messages, options);
    }

    /// <inheritdoc/>
    public async ValueTask<string> SubmitAsync(string name, IReadOnlyList<BatchedRequest> requests, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(requests);
        using var form = new MultipartFormDataContent();
        using var purpose = new StringContent("batch");
        using var lines = new BatchFileContent(requests);
        form.Add(purpose, "purpose");
        form.Add(lines, "file", $"{name}.jsonl");
        OpenAIFile file = await SendAsync(HttpMethod.Post, "files", form, OpenAIJsonContext.Default.OpenAIFile, cancellationToken).ConfigureAwait(false);
        var create = new OpenAIBatchRequest
        {
            InputFileId = file.Id ?? throw Misunderstood("files", "it has no id"),
            Endpoint = Url,
            CompletionWindow = "24h",
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { [NameProperty] = name },
        };
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(create, OpenAIJsonContext.Default.OpenAIBatchRequest));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        // A file costs nothing. A batch does, so from here on it is not given up before its id is known.
        cancellationToken.ThrowIfCancellationRequested();
        OpenAIBatch batch = await SendAsync(HttpMethod.Post, "batches", content, OpenAIJsonContext.Default.OpenAIBatch, CancellationToken.None).ConfigureAwait(false);
        return batch.Id is { Length: > 0 and <= LongestBatchId } id ? id : throw Misunderstood("batches", "its id is missing or too long");
    }

    /// <inheritdoc/>
    public async ValueTask<string?> FindAsync(string name, DateTimeOffset notBefore, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        long oldest = (notBefore - ClockSkew).ToUnixTimeSeconds();
        string query = "";
        for (int page = 0; page < MostPages; page++)
        {
            OpenAIBatchList list = await SendAsync(
                HttpMethod.Get, $"batches?limit={PageSize}{query}", content: null, OpenAIJsonContext.Default.OpenAIBatchList, cancellationToken, LongestPage).ConfigureAwait(false);
            string? last = null;
            long? createdAt = null;
            foreach (JsonElement batch in list.Data.ValueKind == JsonValueKind.Array ? list.Data.EnumerateArray() : default)
            {
                (last, createdAt) = (OpenAIAnswerReader.TextOf(batch, "id"), OpenAIAnswerReader.NumberOf(batch, "created_at"));
                if (last is { Length: > 0 and <= LongestBatchId } && OpenAIAnswerReader.Find(batch, "metadata", JsonValueKind.Object) is { } metadata
                    && OpenAIAnswerReader.TextOf(metadata, NameProperty) == name)
                {
                    return last;
                }
            }

            // The newest come first.
            if (list.HasMore.ValueKind != JsonValueKind.True || last is null || createdAt < oldest)
            {
                return null;
            }

            query = $"&after={Uri.EscapeDataString(last)}";
        }

        throw new BatchEndpointException($"The batch '{name}' was looked for among {MostPages * PageSize} batches and not found, and there are more.", isFinal: false);
    }

    /// <inheritdoc/>
    public async ValueTask<BatchedStatus> GetStatusAsync(string batchId, CancellationToken cancellationToken)
    {
        OpenAIBatch batch = await GetAsync(batchId, cancellationToken).ConfigureAwait(false);
        string state = batch.Status ?? throw Misunderstood("batches", "it has no status");
        return new BatchedStatus(Excerpt.Of(state), state is "completed" or "failed" or "expired" or "cancelled")
        {
            Error = state == "failed" ? Excerpt.Of(batch.Errors?.Data?.FirstOrDefault()?.Message ?? "The endpoint has named no reason.") : null,
        };
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BatchedAnswer> GetAnswersAsync(string batchId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        OpenAIBatch batch = await GetAsync(batchId, cancellationToken).ConfigureAwait(false);
        foreach (string? file in new[] { batch.OutputFileId, batch.ErrorFileId })
        {
            if (file is not { Length: > 0 })
            {
                continue;
            }

            string path = $"files/{Uri.EscapeDataString(file)}/content";
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_base, path));
            using HttpResponseMessage response = await SendAsync(request, path, cancellationToken).ConfigureAwait(false);
            using Stream content = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await foreach (BatchedAnswer answer in OpenAIAnswerReader.ReadAsync(content, cancellationToken).ConfigureAwait(false))
            {
                yield return answer;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask CancelAsync(string batchId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(batchId);
        try
        {
            string path = $"batches/{Uri.EscapeDataString(batchId)}/cancel";
            await SendAsync(HttpMethod.Post, path, content: null, OpenAIJsonContext.Default.OpenAIBatch, cancellationToken).ConfigureAwait(false);
        }
        catch (BatchEndpointException exception) when (exception.IsFinal)
        {
            // A batch that has ended cannot be cancelled, which is what is wanted.
            if (!(await GetStatusAsync(batchId, cancellationToken).ConfigureAwait(false)).HasEnded)
            {
                throw;
            }
        }
    }

    private ValueTask<OpenAIBatch> GetAsync(string batchId, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(batchId);
        return SendAsync(HttpMethod.Get, $"batches/{Uri.EscapeDataString(batchId)}", content: null, OpenAIJsonContext.Default.OpenAIBatch, cancellationToken);
    }

    private async ValueTask<T> SendAsync<T>(
        HttpMethod method, string path, HttpContent? content, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellationToken, int longest = LongestDocument)
        where T : class
    {
        using var request = new HttpRequestMessage(method, new Uri(_base, path)) { Content = content };
        using HttpResponseMessage response = await SendAsync(request, path, cancellationToken).ConfigureAwait(false);
        using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        byte[] document = await BoundedStream.ReadAsync(stream, longest, cancellationToken).ConfigureAwait(false)
            ?? throw Misunderstood(path, $"it has more than {longest:N0} bytes");
        try
        {
            return JsonSerializer.Deserialize(document, type) ?? throw Misunderstood(path, "it is null");
        }
        catch (JsonException exception)
        {
            throw Misunderstood(path, exception.Message, exception);
        }
    }

    private async ValueTask<HttpResponseMessage> SendAsync(HttpRequestMessage request, string path, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await RefusalOfAsync(response, request.Method, path, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask<BatchEndpointException> RefusalOfAsync(HttpResponseMessage response, HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        byte[] body = await BoundedStream.ReadAsync(stream, LongestError, cancellationToken).ConfigureAwait(false) ?? [];
        int status = (int)response.StatusCode;
        bool isFinal = status is >= 400 and < 500 && response.StatusCode is not (HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests);
        return new BatchEndpointException(
            string.Create(CultureInfo.InvariantCulture, $"The batch endpoint has answered {method} {Excerpt.Of(path)} with status {status}: {Excerpt.Of(MessageOf(body))}"), isFinal)
        {
            RetryAfter = response.Headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } when response.Headers.Date is { } now => date - now,
                _ => null,
            },
        };
    }

    private static string MessageOf(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, OpenAIJsonContext.Default.OpenAIFailure)?.Error?.Message ?? Encoding.UTF8.GetString(body);
        }
        catch (JsonException)
        {
            return Encoding.UTF8.GetString(body);
        }
    }

    private static BatchEndpointException Misunderstood(string path, string reason, Exception? cause = null) =>
        new($"The answer of the batch endpoint to '{Excerpt.Of(path)}' is not understood: {Excerpt.Of(reason)}.", isFinal: false, cause);
}
