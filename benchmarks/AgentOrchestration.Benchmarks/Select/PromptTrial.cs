using AgentOrchestration.Benchmarks.Repair;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.Tokenizers;

namespace AgentOrchestration.Benchmarks.Select;

/// <summary>Counts the tokens of planning prompts as an application sends them.</summary>
internal static class PromptTrial
{
    private const int MostRequests = 50;
    private const string Model = "gpt-4o";

    public static async Task<PromptRow[]> MeasureAsync(ToolSet set, int shown, CancellationToken cancellationToken)
    {
        (double allWithSchema, double allAsText) = await MeasureAsync(set, (int?)null, cancellationToken);
        (double withSchema, double asText) = await MeasureAsync(set, (int?)shown, cancellationToken);
        return [new PromptRow(set.Name, "JSON schema", allWithSchema, withSchema), new PromptRow(set.Name, "text", allAsText, asText)];
    }

    private static async Task<(double WithSchema, double AsText)> MeasureAsync(ToolSet set, int? shown, CancellationToken cancellationToken)
    {
        var tokenizer = TiktokenTokenizer.CreateForModel(Model);
        double withSchema = 0;
        double asText = 0;
        ToolRequest[] requests = [.. set.Requests.Take(MostRequests)];
        foreach (bool isText in (bool[])[false, true])
        {
#pragma warning disable CA2000 // It is disposed of at the end of the block; the rule does not see that through the client around it.
            using var model = new ScriptedChatClient();
#pragma warning restore CA2000
            model.Otherwise(_ => $$$"""{"subtasks":[{"id":"a","type":"{{{set.Tools[0].Name}}}","arguments":{"inputs":["x"]}}]}""");
            var services = new ServiceCollection();
            using var textOnly = new TextOnly(model);
            services.AddSingleton<IChatClient>(isText ? textOnly : model);
            IAgentOrchestrationBuilder builder = services.AddAgentOrchestration(options => options.Planning.MaxTaskTypeSchemas = shown ?? int.MaxValue);
            foreach (Tool tool in set.Tools)
            {
                builder.AddTaskType(tool.Name, tool.Description, (ToolInput _, TaskContext _, CancellationToken _) => ValueTask.FromResult(""));
            }

            await using ServiceProvider provider = services.BuildServiceProvider();
            ITaskOrchestrator orchestrator = provider.GetRequiredService<ITaskOrchestrator>();
            foreach (ToolRequest request in requests)
            {
                await orchestrator.PlanAsync(new OrchestrationRequest(request.Goal), cancellationToken);
            }

            double tokens = model.Requests.Average(asked => (double)asked.Messages.Sum(message => tokenizer.CountTokens(message.Text))
                + (asked.Options?.ResponseFormat is ChatResponseFormatJson { Schema: { } schema } ? tokenizer.CountTokens(schema.GetRawText()) : 0));
            (withSchema, asText) = isText ? (withSchema, tokens) : (tokens, asText);
        }

        return (withSchema, asText);
    }

    /// <summary>An endpoint that takes no response format.</summary>
    private sealed class TextOnly(IChatClient inner) : DelegatingChatClient(inner)
    {
        public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            options?.ResponseFormat is null
                ? base.GetResponseAsync(messages, options, cancellationToken)
                : throw new HttpRequestException("response_format is not supported", inner: null, System.Net.HttpStatusCode.BadRequest);
    }
}
