using System.Globalization;
using System.Text.Json;
using AgentOrchestration.Testing;
using LoopbackModel.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Net.Http.Headers;

namespace LoopbackModel;

internal sealed class ChatCompletionsEndpoint(
    IChatClient model,
    LoopbackModelOptions options,
    RequestJournal journal,
    Func<LoopbackRequest, Misbehaviour?> onRequest,
    CancellationToken stopping)
{
    public async Task HandleAsync(HttpContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(ending.Token);
        LoopbackRequest request;
        bool isScripted;

        try
        {
            request = Record(context.Request, body, out isScripted);
        }
        catch (JsonException malformed)
        {
            await ErrorAnswer.Malformed(malformed.Message).WriteAsync(context.Response, ending.Token);
            return;
        }

        try
        {
            if (!isScripted)
            {
                request.Misbehaviour = onRequest(request);
            }

            request.End(await PlayAsync(request, context.Response, ending.Token));
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            request.End(LoopbackOutcome.Abandoned);
            context.Abort();
        }
        catch (ModelRejectedException rejected) when (!context.Response.HasStarted)
        {
            request.End(LoopbackOutcome.Refused);
            ResponseHeaders.Write(rejected.Headers, context.Response);
            await ErrorAnswer.Rejected(rejected).WriteAsync(context.Response, ending.Token);
        }
        catch (Exception failure)
        {
            request.End(LoopbackOutcome.Failed);

            if (context.Response.HasStarted)
            {
                throw;
            }

            await ErrorAnswer.Failure(failure.Message).WriteAsync(context.Response, ending.Token);
        }

        if (await request.Outcome is LoopbackOutcome.Cut)
        {
            // Out of a handler whose answer has started, an exception makes Kestrel send what is written and then close the
            // connection. Abort would also drop bytes still on their way: how much the client sees would be a matter of luck.
            throw new IOException("The connection is cut, as scripted.");
        }
    }

    private LoopbackRequest Record(HttpRequest http, string body, out bool isScripted)
    {
        var completion = CompletionRequest.Parse(body);
        var messages = completion.ToChatMessages();
        var chatOptions = completion.ToChatOptions();

        return journal.Record(
            order => new LoopbackRequest
            {
                Order = order,
                ReceivedAt = options.TimeProvider.GetUtcNow(),
                IsStreamed = completion.Stream is true,
                WantsStreamUsage = completion.StreamOptions?.IncludeUsage is true,
                Model = completion.Model,
                Messages = messages,
                ResponseFormat = completion.ResponseFormat?.ToRecord(),
                HasAuthorization = http.Headers.ContainsKey(HeaderNames.Authorization),
                Body = body,
                ChatOptions = chatOptions,
            },
            out isScripted);
    }

    private async Task<LoopbackOutcome> PlayAsync(LoopbackRequest request, HttpResponse response, CancellationToken cancellationToken)
    {
        switch (request.Misbehaviour)
        {
            case Misbehaviour.Unauthorized401:
                await ErrorAnswer.Unauthorized().WriteAsync(response, cancellationToken);
                return LoopbackOutcome.Refused;

            case Misbehaviour.Refuse429 { RetryAfter: var retryAfter }:
                if (retryAfter is { } wait)
                {
                    response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                }

                await ErrorAnswer.TooManyRequests().WriteAsync(response, cancellationToken);
                return LoopbackOutcome.Refused;

            case Misbehaviour.Fail500:
                await ErrorAnswer.Failure("The server had an error while processing your request.").WriteAsync(response, cancellationToken);
                return LoopbackOutcome.Refused;

            case Misbehaviour.Refuse400 { Message: var message, Code: var code }:
                await ErrorAnswer.BadRequest(message, code).WriteAsync(response, cancellationToken);
                return LoopbackOutcome.Refused;

            case Misbehaviour.Body { ContentType: var type, Content: var body }:
                response.ContentType = type;
                await response.WriteAsync(body, cancellationToken);
                return LoopbackOutcome.Answered;

            case Misbehaviour.Hang:
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return LoopbackOutcome.Abandoned;

            default:
                await Task.Delay(options.Latency, options.TimeProvider, cancellationToken);
                await AnswerAsync(request, response, cancellationToken);
                return request.Misbehaviour is Misbehaviour.CutConnection ? LoopbackOutcome.Cut : LoopbackOutcome.Answered;
        }
    }

    private async Task AnswerAsync(LoopbackRequest request, HttpResponse response, CancellationToken cancellationToken)
    {
        var envelope = new CompletionEnvelope(request.Order, request.ReceivedAt, request.Model);
        var cut = (request.Misbehaviour as Misbehaviour.CutConnection)?.At;
        using var substitute = request.Misbehaviour switch
        {
            Misbehaviour.Answer { Text: var text } => new FixedAnswer(text),
            Misbehaviour.Reply { FinishReason: var reason, Contents: var contents } => new FixedAnswer(reason, contents),
            Misbehaviour.InvalidJson => new FixedAnswer(Misbehaviour.InvalidJson.Content),
            _ => null,
        };
        var speaker = substitute ?? model;

        if (!request.IsStreamed)
        {
            var answer = await speaker.GetResponseAsync(request.Messages, request.ChatOptions, cancellationToken);
            ResponseHeaders.Write(answer.AdditionalProperties, response);
            await new WholeAnswer(response, envelope, request.Messages, cut).WriteAsync(answer, cancellationToken);
            return;
        }

        var updates = speaker.GetStreamingResponseAsync(request.Messages, request.ChatOptions, cancellationToken);
        var stream = new StreamedAnswer(response, envelope, options.ChunkLength);

        if (cut is { } point)
        {
            await stream.CutAsync(updates, point, cancellationToken);
        }
        else
        {
            await stream.WriteAsync(updates, request.WantsStreamUsage ? request.Messages : null, cancellationToken);
        }
    }
}
