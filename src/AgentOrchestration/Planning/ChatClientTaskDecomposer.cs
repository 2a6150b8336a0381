using System.Text;
using AgentOrchestration.Plans;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Planning;

/// <summary>Lets a chat model make the plan, with structured output. It may choose among registered task types and nothing else.</summary>
internal sealed class ChatClientTaskDecomposer(
    IChatClient? chat,
    ITaskTypeRegistry taskTypes,
    IResourceManager resources,
    PayloadSerializer serializer,
    PlanningOptions options,
    ILogger logger) : ITaskDecomposer
{
    public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken) =>
        AskForWholeAsync(request, refusal, lost: null, cancellationToken);

    public async ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, Action<Subtask> onSubtask, CancellationToken cancellationToken)
    {
        (List<ChatMessage> messages, ChatOptions chatOptions) = Ask(request, refusal);
        var answer = new PlanAnswer(options);
        UsageDetails? told = null;
        try
        {
            await foreach (ChatResponseUpdate update in chat!.GetStreamingResponseAsync(messages, chatOptions, cancellationToken).ConfigureAwait(true))
            {
                foreach (UsageContent usage in update.Contents.OfType<UsageContent>())
                {
                    (told ??= new UsageDetails()).Add(usage.Details);
                }

                foreach (Subtask subtask in answer.Append(update.Text))
                {
                    onSubtask(subtask);
                }

                if (answer.IsStopped)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (answer.HasBegun && exception is not InvalidPlanException && !cancellationToken.IsCancellationRequested)
        {
            // What has begun to arrive no client tries again by itself; a whole answer it does.
            PlanningLog.StreamBroke(logger, exception);
            return await AskForWholeAsync(request, refusal, AnswerUsage.Of(told, messages, answer.Length), cancellationToken).ConfigureAwait(true);
        }

        return answer.Complete(AnswerUsage.Of(told, messages, answer.Length));
    }

    /// <param name="request">What is wanted.</param>
    /// <param name="refusal">What was answered before.</param>
    /// <param name="lost">What an answer that broke off has used; <see langword="null"/> when none did.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    private async ValueTask<TaskPlan> AskForWholeAsync(OrchestrationRequest request, PlanRefusal? refusal, PlanningUsage? lost, CancellationToken cancellationToken)
    {
        (List<ChatMessage> messages, ChatOptions chatOptions) = Ask(request, refusal);
        ChatResponse response = await chat!.GetResponseAsync(messages, chatOptions, cancellationToken).ConfigureAwait(true);
        string answer = response.Text;
        return PlanAnswer.Read(answer, options, AnswerUsage.Sum(AnswerUsage.Of(response.Usage, messages, Encoding.UTF8.GetByteCount(answer)), lost));
    }

    private (List<ChatMessage> Messages, ChatOptions Options) Ask(OrchestrationRequest request, PlanRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (chat is null)
        {
            throw new InvalidOperationException(
                "Planning needs a chat client, but none is registered: call services.AddChatClient(…), or UseDecomposer<T>() with a decomposer of your own.");
        }

        IReadOnlyList<ResourcePoolSnapshot> pools = resources.Snapshot();
        List<ChatMessage> messages = PlanPrompt.Create(request, refusal, taskTypes, pools, serializer);
        var chatOptions = new ChatOptions
        {
            ResponseFormat = ChatResponseFormat.ForJsonSchema(PlanSchema.Create(taskTypes, pools), PlanSchema.Name, "A plan of subtasks."),
            MaxOutputTokens = options.MaxTokens is { } most ? (int)Math.Clamp(most - (refusal?.Planning?.Tokens ?? 0), 1, int.MaxValue) : null,
        };
        return (messages, chatOptions);
    }
}
