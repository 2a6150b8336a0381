using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoopbackModel.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.AI;
using Microsoft.Net.Http.Headers;

namespace LoopbackModel;

/// <summary>
/// The files and batches of the protocol. A batch takes the time that the test says, its requests are answered one after another in that time, and after a day it expires: what is
/// answered by then is in its output, the rest in its errors.
/// </summary>
public sealed class LoopbackBatches(IChatClient model, LoopbackModelOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _files = [];
    private readonly List<LoopbackBatch> _batches = [];

    /// <summary>How long a batch takes, by its number from 1.</summary>
    public Func<int, TimeSpan> Time { get; set; } = static _ => TimeSpan.FromMinutes(7);

    /// <summary>Asked before each request to files and batches, by its method and path: a status to refuse it with, or null.</summary>
    public Func<string, string, (HttpStatusCode Status, TimeSpan? RetryAfter)?> Refuse { get; set; } = static (_, _) => null;

    /// <summary>Asked after each request to make a batch was carried out: whether the connection breaks instead of an answer.</summary>
    public Func<bool> BreaksAfterCreate { get; set; } = static () => false;

    /// <summary>Changes the lines of output files, and of error files.</summary>
    public Func<IReadOnlyList<string>, IEnumerable<string>> Tamper { get; set; } = static lines => lines;

    /// <summary>Whether a request of a batch fails, by the text of its last message.</summary>
    public Func<string, bool> Fails { get; set; } = static _ => false;

    /// <summary>Awaited before each request to files and batches is looked at, and after it was carried out, by its method and path.</summary>
    public Func<string, string, bool, Task> Hold { get; set; } = static (_, _, _) => Task.CompletedTask;

    /// <summary>How long a batch is being cancelled.</summary>
    public TimeSpan CancelTime { get; set; }

    /// <summary>How many batches a page has at most, whatever is asked for.</summary>
    public int PageSize { get; set; } = 100;

    public IReadOnlyList<LoopbackBatch> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _batches];
            }
        }
    }

    internal void Map(IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/files", context => AnswerAsync(context, UploadAsync));
        app.MapGet("/v1/files/{id}/content", context => AnswerAsync(context, DownloadAsync));
        app.MapPost("/v1/batches", context => AnswerAsync(context, CreateAsync));
        app.MapGet("/v1/batches", context => AnswerAsync(context, ListAsync));
        app.MapGet("/v1/batches/{id}", context => AnswerAsync(context, GetAsync));
        app.MapPost("/v1/batches/{id}/cancel", context => AnswerAsync(context, CancelAsync));
    }

    private async Task AnswerAsync(HttpContext context, Func<HttpContext, Task> answer)
    {
        await Hold(context.Request.Method, context.Request.Path, false);
        if (Refuse(context.Request.Method, context.Request.Path) is { } refusal)
        {
            if (refusal.RetryAfter is { } wait)
            {
                context.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            }

            context.Response.StatusCode = (int)refusal.Status;
            await context.Response.WriteAsJsonAsync(new JsonObject { ["error"] = new JsonObject { ["message"] = "Refused, as scripted." } }, context.RequestAborted);
            return;
        }

        await answer(context);
        await Hold(context.Request.Method, context.Request.Path, true);
    }

    private async Task UploadAsync(HttpContext context)
    {
        string boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(context.Request.ContentType).Boundary).Value!;
        var reader = new MultipartReader(boundary, context.Request.Body);
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        while (await reader.ReadNextSectionAsync(context.RequestAborted) is { } section)
        {
            using var text = new StreamReader(section.Body, Encoding.UTF8);
            parts[ContentDispositionHeaderValue.Parse(section.ContentDisposition).Name.Value!.Trim('"')] = await text.ReadToEndAsync(context.RequestAborted);
        }

        if (parts.GetValueOrDefault("purpose") != "batch" || !parts.TryGetValue("file", out string? content))
        {
            await WriteErrorAsync(context, HttpStatusCode.BadRequest, "A file of the purpose 'batch' is expected.");
            return;
        }

        string id;
        lock (_gate)
        {
            id = $"file-{_files.Count + 1}";
            _files.Add(id, content);
        }

        await WriteAsync(context, new JsonObject { ["id"] = id, ["object"] = "file", ["purpose"] = "batch" });
    }

    private async Task CreateAsync(HttpContext context)
    {
        JsonObject asked = (await JsonSerializer.DeserializeAsync<JsonObject>(context.Request.Body, cancellationToken: context.RequestAborted))!;
        string? input;
        lock (_gate)
        {
            _files.TryGetValue((string)asked["input_file_id"]!, out input);
        }

        if (input is null || (string?)asked["endpoint"] != "/v1/chat/completions" || (string?)asked["completion_window"] != "24h")
        {
            await WriteErrorAsync(context, HttpStatusCode.BadRequest, "The batch is not understood.");
            return;
        }

        LoopbackBatch batch;
        lock (_gate)
        {
            int number = _batches.Count + 1;
            batch = new LoopbackBatch
            {
                Id = $"batch_{number}",
                InputFileId = (string)asked["input_file_id"]!,
                Metadata = asked["metadata"]?.AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!) ?? [],
                CreatedAt = options.TimeProvider.GetUtcNow(),
                Time = Time(number),
                CancelTime = CancelTime,
                Requests = [.. input.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())],
            };
            _batches.Add(batch);
        }

        if (BreaksAfterCreate())
        {
            context.Abort();
            return;
        }

        await WriteAsync(context, await DescribeAsync(batch));
    }

    private async Task ListAsync(HttpContext context)
    {
        string? after = context.Request.Query["after"];
        int limit = Math.Min(PageSize, int.TryParse(context.Request.Query["limit"], CultureInfo.InvariantCulture, out int asked) ? asked : 20);
        LoopbackBatch[] rest = [.. All.Reverse().SkipWhile(batch => after is not null && batch.Id != after).Skip(after is null ? 0 : 1)];
        var data = new JsonArray();
        foreach (LoopbackBatch batch in rest.Take(limit))
        {
            data.Add((JsonNode)await DescribeAsync(batch));
        }

        await WriteAsync(context, new JsonObject { ["object"] = "list", ["data"] = data, ["has_more"] = rest.Length > limit });
    }

    private async Task GetAsync(HttpContext context)
    {
        if (All.FirstOrDefault(batch => batch.Id == (string?)context.Request.RouteValues["id"]) is not { } batch)
        {
            await WriteErrorAsync(context, HttpStatusCode.NotFound, "There is no such batch.");
            return;
        }

        await WriteAsync(context, await DescribeAsync(batch));
    }

    private async Task CancelAsync(HttpContext context)
    {
        LoopbackBatch batch = All.First(batch => batch.Id == (string?)context.Request.RouteValues["id"]);
        lock (_gate)
        {
            batch.Cancel(options.TimeProvider.GetUtcNow());
        }

        await WriteAsync(context, await DescribeAsync(batch));
    }

    private async Task DownloadAsync(HttpContext context)
    {
        string? content;
        lock (_gate)
        {
            _files.TryGetValue((string)context.Request.RouteValues["id"]!, out content);
        }

        if (content is null)
        {
            await WriteErrorAsync(context, HttpStatusCode.NotFound, "There is no such file.");
            return;
        }

        await context.Response.WriteAsync(content, context.RequestAborted);
    }

    private async Task<JsonObject> DescribeAsync(LoopbackBatch batch)
    {
        string status = batch.StatusAt(options.TimeProvider.GetUtcNow());
        if (status is "completed" or "expired" or "cancelled" && batch.OutputFileId is null)
        {
            await FinishAsync(batch, status);
        }

        return new JsonObject
        {
            ["id"] = batch.Id,
            ["object"] = "batch",
            ["endpoint"] = "/v1/chat/completions",
            ["input_file_id"] = batch.InputFileId,
            ["completion_window"] = "24h",
            ["created_at"] = batch.CreatedAt.ToUnixTimeSeconds(),
            ["status"] = status,
            ["errors"] = status != "failed" ? null : new JsonObject { ["data"] = new JsonArray(new JsonObject { ["code"] = "mismatched_model", ["message"] = "A batch has one model." }) },
            ["output_file_id"] = batch.OutputFileId,
            ["error_file_id"] = batch.ErrorFileId,
            ["metadata"] = new JsonObject(batch.Metadata.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
            ["request_counts"] = new JsonObject { ["total"] = batch.Requests.Count, ["completed"] = batch.Answered.Count, ["failed"] = 0 },
        };
    }

    private async Task FinishAsync(LoopbackBatch batch, string status)
    {
        List<string> output = [];
        List<string> errors = [];
        for (int index = 0; index < batch.Requests.Count; index++)
        {
            JsonObject request = batch.Requests[index];
            string id = (string)request["custom_id"]!;
            var completion = CompletionRequest.Parse(request["body"]!.ToJsonString());
            IReadOnlyList<ChatMessage> messages = completion.ToChatMessages();
            if (!batch.IsAnsweredBy(index, status))
            {
                errors.Add(Line(id, response: null, new JsonObject { ["code"] = $"batch_{status}", ["message"] = "It was not answered in time." }));
            }
            else if (Fails(messages[^1].Text))
            {
                errors.Add(Line(id, new JsonObject { ["status_code"] = 400, ["body"] = new JsonObject { ["error"] = new JsonObject { ["message"] = "Bad." } } }, error: null));
            }
            else
            {
                ChatResponse answer = await model.GetResponseAsync(messages, completion.ToChatOptions());
                JsonObject body = new CompletionEnvelope(index, options.TimeProvider.GetUtcNow(), completion.Model).Whole(answer, TokenUsage.Of(messages, answer));
                output.Add(Line(id, new JsonObject { ["status_code"] = 200, ["request_id"] = $"req_{index}", ["body"] = body }, error: null));
                lock (_gate)
                {
                    batch.Answered.Add(id);
                }
            }
        }

        // In the order of their ids, which is not that of the requests.
        output.Sort(StringComparer.Ordinal);
        lock (_gate)
        {
            _files[batch.OutputFileId = $"{batch.Id}-output"] = Join(Tamper(output));
            if (errors.Count > 0)
            {
                _files[batch.ErrorFileId = $"{batch.Id}-errors"] = Join(errors);
            }
        }
    }

    private static string Join(IEnumerable<string> lines) => string.Concat(lines.Select(line => $"{line}\n"));

    private static string Line(string id, JsonObject? response, JsonObject? error) =>
        new JsonObject { ["custom_id"] = id, ["response"] = response, ["error"] = error }.ToJsonString();

    private static Task WriteAsync(HttpContext context, JsonObject body) => context.Response.WriteAsJsonAsync(body, context.RequestAborted);

    private static Task WriteErrorAsync(HttpContext context, HttpStatusCode status, string message)
    {
        context.Response.StatusCode = (int)status;
        return context.Response.WriteAsJsonAsync(new JsonObject { ["error"] = new JsonObject { ["message"] = message } }, context.RequestAborted);
    }
}
