using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LoopbackModel.Tests;

/// <summary>What the SDK cannot be made to send, or does not show.</summary>
public sealed class ProtocolTests : IDisposable
{
    private readonly HttpClient _http = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_whole_answer_has_the_shape_of_OpenAIs()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("Hello"));

        using var response = await PostAsync(server, """{"model":"m","messages":[{"role":"user","content":"hi"}]}""");

        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        Assert.Equal("chat.completion", answer.GetProperty("object").GetString());
        var choice = answer.GetProperty("choices")[0];
        Assert.Equal("Hello", choice.GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.Equal(3, answer.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.False(server.Requests.Single().HasAuthorization);
    }

    [Fact]
    public async Task A_stream_ends_with_done_and_counts_only_when_asked()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("Hello"));

        using var response = await PostAsync(server, """{"model":"m","messages":[{"role":"user","content":"hi"}],"stream":true}""");

        var events = (await response.Content.ReadAsStringAsync(Token)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.All(events, line => Assert.StartsWith("data: ", line, StringComparison.Ordinal));
        Assert.Equal("data: [DONE]", events[^1]);
        Assert.DoesNotContain(events, line => line.Contains("total_tokens", StringComparison.Ordinal));
        Assert.False(server.Requests.Single().WantsStreamUsage);
    }

    [Fact]
    public async Task A_developer_and_content_in_parts_are_understood()
    {
        using var model = new RecordingModel("ok");
        await using var server = await LoopbackModelServer.StartAsync(model);

        using var response = await PostAsync(
            server,
            """
            {"model":"m","messages":[
              {"role":"developer","content":"be brief"},
              {"role":"user","content":[{"type":"text","text":"one"},{"type":"text","text":"two"}]}]}
            """);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            [(new ChatRole("developer"), "be brief"), (ChatRole.User, "onetwo")],
            model.Messages.Select(message => (message.Role, message.Text)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("""{"model":"m"}""")]
    [InlineData("""{"model":null,"messages":[]}""")]
    [InlineData("""{"model":"m","messages":[null]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user"}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"tool","content":"4"}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[{"type":"function"}]}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"xml"}}""")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"hi"}],"response_format":{"type":"json_schema"}}""")]
    public async Task What_is_not_understood_is_refused_and_not_recorded(string body)
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));

        using var response = await PostAsync(server, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid_request_error", await ErrorTypeOfAsync(response));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task There_is_one_model_to_list()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"), new() { ListedModel = "tiny" });

        var list = await _http.GetFromJsonAsync<JsonElement>(new Uri(server.Endpoint + "/models"), Token);

        Assert.Equal("list", list.GetProperty("object").GetString());
        Assert.Equal("tiny", list.GetProperty("data").EnumerateArray().Single().GetProperty("id").GetString());
    }

    [Fact]
    public async Task There_is_nothing_else()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("ok"));

        using var response = await _http.GetAsync(new Uri(server.Endpoint + "/embeddings"), Token);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("invalid_request_error", await ErrorTypeOfAsync(response));
    }

    private async Task<HttpResponseMessage> PostAsync(LoopbackModelServer server, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        return await _http.PostAsync(new Uri(server.Endpoint + "/chat/completions"), content, Token);
    }

    private static async Task<string?> ErrorTypeOfAsync(HttpResponseMessage response)
    {
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Token);
        return answer.GetProperty("error").GetProperty("type").GetString();
    }
}
