using AgentOrchestration.Planning.Model;
using LoopbackModel;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Planning;

/// <summary>The response format of a plan, over HTTP: the strictest that the endpoint supports.</summary>
public sealed class ResponseFormatTests
{
    private static readonly Misbehaviour Plan = new Misbehaviour.Answer(Application.SoundPlan);

    private static readonly Misbehaviour Unsupported = new Misbehaviour.Refuse400("response_format is not supported");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Strict_is_sent_where_the_schema_allows_it(bool streamed)
    {
        await using ModelServer closed = await ModelServer.StartAsync(Plan);
        await using ModelServer open = await ModelServer.StartAsync(
            Plan, configure: builder => builder.AddTaskType("any", "Anything.", (Dictionary<string, string> _, TaskContext _, CancellationToken _) => new ValueTask<int>()));

        await closed.PlanAsync(streamed);
        await open.PlanAsync(streamed);

        Assert.Equal(["strict"], closed.Formats);
        Assert.True(StrictSchema.Allows(closed.Requests[0].ResponseFormat!.Schema!.Value), "The client has changed the schema.");
        Assert.Equal(["json_schema"], open.Formats);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Optional_properties_fit_strict_mode_and_are_left_out_where_the_model_writes_null(bool streamed)
    {
        await using ModelServer server = await ModelServer.StartAsync(
            new Misbehaviour.Answer("""{"subtasks":[{"id":"a","type":"letter","arguments":{"to":"Ada","tone":null,"lines":null,"stamps":[{"cents":null},{"cents":5}]}}]}"""),
            configure: builder => builder.AddTaskType("letter", "Writes a letter.", (Letter _, TaskContext _, CancellationToken _) => new ValueTask<None>()));

        TaskPlan plan = await server.PlanAsync(streamed);

        Assert.Equal(["strict"], server.Formats);
        Assert.Equal("""{"to":"Ada","stamps":[{},{"cents":5}]}""", plan.Subtasks[0].Arguments?.GetRawText());
    }

    [Fact]
    public async Task Null_where_a_property_is_required_is_refused()
    {
        await using ModelServer server = await ModelServer.StartAsync(
            new Misbehaviour.Answer("""{"subtasks":[{"id":"a","type":"letter","arguments":{"to":null,"tone":"warm"}}]}"""),
            configure: builder => builder.AddTaskType("letter", "Writes a letter.", (Letter _, TaskContext _, CancellationToken _) => new ValueTask<None>()));

        PlanDiagnostic only = Assert.Single((await server.RefuseAsync(streamed: false)).Diagnostics);

        Assert.Equal((PlanDiagnosticCode.InvalidArguments, "/subtasks/0/arguments/to"), (only.Code, only.Path));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_support_for_schemas_JSON_is_requested_and_that_is_remembered(bool streamed)
    {
        await using ModelServer server = await ModelServer.StartAsync(request => request.ResponseFormat?.Type == "json_schema" ? Unsupported : Plan);

        await server.PlanAsync(streamed);
        await server.PlanAsync(streamed);
        await server.PlanAsync(!streamed);

        Assert.Equal(["strict", "json_object", "json_object", "json_object"], server.Formats);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Without_support_for_any_format_text_is_requested_and_that_is_remembered(bool streamed)
    {
        await using ModelServer server = await ModelServer.StartAsync(request => request.ResponseFormat is null ? Plan : Unsupported);

        await server.PlanAsync(streamed);
        await server.PlanAsync(streamed);

        Assert.Equal(["strict", "json_object", "none", "none"], server.Formats);
    }

    [Theory]
    [InlineData("Invalid schema for response_format 'task_plan': In context=(), 'required' is required.")]
    [InlineData("'strict' is not permitted in response_format")]
    [InlineData("Extra inputs are not permitted: strict")]
    public async Task A_schema_that_strict_mode_does_not_take_is_sent_without_it(string message)
    {
        await using ModelServer server = await ModelServer.StartAsync(request => request.ResponseFormat?.Strict == true ? new Misbehaviour.Refuse400(message) : Plan);

        await server.PlanAsync(streamed: false);
        await server.PlanAsync(streamed: false);

        Assert.Equal(["strict", "json_schema", "json_schema"], server.Formats);
    }

    [Fact]
    public async Task Without_a_schema_of_the_answer_the_messages_hold_the_inputs()
    {
        await using ModelServer server = await ModelServer.StartAsync(
            request => request.ResponseFormat?.Type == "json_schema" ? Unsupported : Plan,
            configure: builder => builder.AddTaskType("letter", "Writes a letter.", (Letter _, TaskContext _, CancellationToken _) => new ValueTask<None>()));

        await server.PlanAsync(streamed: false);

        Assert.Equal(["strict", "json_object"], server.Formats);
        Assert.Equal([false, true], server.Requests.Select(request => request.Messages[0].Text.Contains("\"maxLength\":9", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_repair_is_requested_in_the_form_that_was_found()
    {
        await using ModelServer server = await ModelServer.StartAsync(
            request => request.ResponseFormat?.Type == "json_schema" ? Unsupported : request.Messages.Count == 2 ? new Misbehaviour.Answer("{}") : Plan);

        await server.PlanAsync(streamed: false);

        Assert.Equal(["strict", "json_object", "json_object"], server.Formats);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_endpoint_that_rejects_every_form_is_named_and_nothing_is_remembered(bool streamed)
    {
        await using ModelServer server = await ModelServer.StartAsync(request => request.Order < 3 ? Unsupported : Plan);

        InvalidPlanException refused = await server.RefuseAsync(streamed);
        await server.PlanAsync(streamed);

        Assert.Equal(PlanDiagnosticCode.UnsupportedResponseFormat, Assert.Single(refused.Diagnostics).Code);
        Assert.Equal(["strict", "json_object", "none", "strict"], server.Formats);
    }

    internal sealed record Letter(string To, [property: System.ComponentModel.DataAnnotations.StringLength(9)] string? Tone = "plain", int Lines = 10, IReadOnlyList<Stamp>? Stamps = null);

    internal sealed record Stamp(int Cents = 85);
}
