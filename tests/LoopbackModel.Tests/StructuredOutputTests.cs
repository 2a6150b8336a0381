using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LoopbackModel.Tests;

public sealed class StructuredOutputTests
{
    private const string SchemaWithMinimum =
        """{"type":"object","properties":{"age":{"type":"integer","minimum":18},"nick":{"type":"string"}},"required":["age"]}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_typed_answer_brings_its_schema_to_the_model()
    {
        using var model = new RecordingModel("""{"name":"Ada","age":36}""");
        await using var server = await LoopbackModelServer.StartAsync(model);
        using var client = server.Connect();

        var response = await client.GetResponseAsync<Person>("who?", cancellationToken: Token);

        Assert.Equal(new Person("Ada", 36), response.Result);
        var format = Assert.IsType<ChatResponseFormatJson>(model.Options?.ResponseFormat);
        Assert.Equal("Person", format.SchemaName);
        Assert.Equal(["name", "age"], PropertiesOf(format.Schema));
        var recorded = server.Requests.Single().ResponseFormat;
        Assert.Equal(("json_schema", "Person"), (recorded?.Type, recorded?.Name));
        Assert.Equal(["name", "age"], PropertiesOf(recorded?.Schema));
    }

    [Fact]
    public async Task The_SDK_does_not_say_strict_unless_told()
    {
        using var model = new RecordingModel("{}");
        await using var server = await LoopbackModelServer.StartAsync(model);
        using var client = server.Connect();
        var options = new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema<Person>() };

        await client.GetResponseAsync("who?", options, Token);

        Assert.Null(server.Requests.Single().ResponseFormat?.Strict);
        Assert.DoesNotContain("strict", server.Requests.Single().Body, StringComparison.Ordinal);
        Assert.Null(model.Options?.AdditionalProperties);
    }

    [Fact]
    public async Task Strict_is_an_additional_property_on_both_sides()
    {
        using var model = new RecordingModel("{}");
        await using var server = await LoopbackModelServer.StartAsync(model);
        using var client = server.Connect();
        var options = new ChatOptions
        {
            ResponseFormat = ChatResponseFormat.ForJsonSchema<Person>(),
            AdditionalProperties = new() { ["strict"] = true },
        };

        await client.GetResponseAsync("who?", options, Token);

        Assert.True(server.Requests.Single().ResponseFormat?.Strict);
        Assert.Equal(true, model.Options?.AdditionalProperties?["strict"]);
    }

    [Fact]
    public async Task The_SDK_rewrites_every_schema_to_what_strict_allows_and_names_the_nameless()
    {
        await using var server = await LoopbackModelServer.StartAsync(new RecordingModel("{}"));
        using var client = server.Connect();
        using var schema = JsonDocument.Parse(SchemaWithMinimum);
        var options = new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema.RootElement) };

        await client.GetResponseAsync("who?", options, Token);

        var format = server.Requests.Single().ResponseFormat;
        var sent = Assert.NotNull(format?.Schema);
        Assert.Equal("json_schema", format?.Name);
        Assert.Null(format?.Strict);
        Assert.False(sent.GetProperty("additionalProperties").GetBoolean());
        Assert.Equal(["age", "nick"], sent.GetProperty("required").EnumerateArray().Select(name => name.GetString()));
        var age = sent.GetProperty("properties").GetProperty("age");
        Assert.False(age.TryGetProperty("minimum", out _));
        Assert.Equal("minimum: 18", age.GetProperty("description").GetString());
    }

    [Fact]
    public async Task Json_without_a_schema_reaches_the_model()
    {
        using var model = new RecordingModel("{}");
        await using var server = await LoopbackModelServer.StartAsync(model);
        using var client = server.Connect();

        await client.GetResponseAsync("who?", new ChatOptions { ResponseFormat = ChatResponseFormat.Json }, Token);

        Assert.Equal(ChatResponseFormat.Json, model.Options?.ResponseFormat);
        Assert.Equal(new LoopbackResponseFormat("json_object", null, null, null), server.Requests.Single().ResponseFormat);
    }

    [Fact]
    public async Task Text_reaches_the_model()
    {
        using var model = new RecordingModel("ok");
        await using var server = await LoopbackModelServer.StartAsync(model);
        using var client = server.Connect();

        await client.GetResponseAsync("who?", new ChatOptions { ResponseFormat = ChatResponseFormat.Text }, Token);

        Assert.Equal(ChatResponseFormat.Text, model.Options?.ResponseFormat);
    }

    private static IEnumerable<string> PropertiesOf(JsonElement? schema) =>
        Assert.NotNull(schema).GetProperty("properties").EnumerateObject().Select(property => property.Name);

    private sealed record Person(string Name, int Age);
}
