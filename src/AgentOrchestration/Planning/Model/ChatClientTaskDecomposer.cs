using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Resources;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Planning.Model;

/// <summary>Asks a chat model for the plan, in the strictest form that its endpoint supports. The model can use registered task types and nothing else.</summary>
internal sealed class ChatClientTaskDecomposer(
    PlanningChatClient chat,
    ITaskTypeRegistry taskTypes,
    IResourceManager resources,
    PayloadSerializer serializer,
    PlanningOptions options,
    TimeProvider timeProvider,
    ILogger logger) : ITaskDecomposer
{
    private readonly OptionalArguments _optional = new(taskTypes);

    public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken)
    {
        PlanQuestion question = Ask(request, refusal);
        return AskAsync(question, (asked, form) => AskForWholeAsync(asked, form, lost: null, cancellationToken), lost: null, cancellationToken);
    }

    public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, Action<Subtask> onSubtask, CancellationToken cancellationToken)
    {
        PlanQuestion question = Ask(request, refusal);
        return AskAsync(question, (asked, form) => AskForStreamAsync(asked, form, onSubtask, cancellationToken), lost: null, cancellationToken);
    }

    private async ValueTask<TaskPlan> AskAsync(
        PlanQuestion question, Func<PlanQuestion, AnswerForm, ValueTask<TaskPlan>> ask, PlanningUsage? lost, CancellationToken cancellationToken)
    {
        try
        {
            return await AnswerForms.Of(chat.Required).AskAsync(question.AllowsStrict, form => ask(question, form), logger, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (
            question.MaxOutputTokens is not null && exception is not InvalidPlanException && !cancellationToken.IsCancellationRequested && EndpointError.IsAboutOutputLimit(exception))
        {
            // What is left of the budget is more than the model can write. The budget still counts what it writes.
            return await AskAsync(question with { MaxOutputTokens = null }, ask, lost, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not InvalidPlanException && !cancellationToken.IsCancellationRequested && EndpointError.Explain(exception) is { } error)
        {
            throw new InvalidPlanException(new PlanRefusal([error]) { Planning = lost }, exception);
        }
    }

    private async ValueTask<TaskPlan> AskForStreamAsync(PlanQuestion question, AnswerForm form, Action<Subtask> onSubtask, CancellationToken cancellationToken)
    {
        FormedQuestion asked = question.In(form);
        var answer = new PlanAnswerReader(options.Limits, _optional);
        UsageDetails? told = null;
        using var watch = new AnswerWatch(options.MaxIdleTime, timeProvider, cancellationToken);
        try
        {
            await foreach (ChatResponseUpdate update in chat.Required.GetStreamingResponseAsync(asked.Messages, asked.Options, watch.Token).ConfigureAwait(false))
            {
                watch.Observe(update);
                foreach (UsageContent usage in update.Contents.OfType<UsageContent>())
                {
                    told = AnswerUsage.Sum(told, usage.Details);
                }

                foreach (Subtask subtask in answer.Append(update))
                {
                    onSubtask(subtask);
                }

                if (answer.IsStopped)
                {
                    break;
                }
            }
        }
        catch (Exception exception) when (watch.IsIdle && exception is not InvalidPlanException)
        {
            throw new InvalidPlanException(new PlanRefusal([watch.WhyIdle()]) { Planning = AnswerUsage.Of(told, asked.Bytes, answer.Length) }, exception);
        }
        catch (Exception exception) when (answer.HasBegun && exception is not InvalidPlanException && !cancellationToken.IsCancellationRequested)
        {
            // What has begun to arrive no client tries again by itself; a whole answer it does.
            PlanningLog.StreamBroke(logger, exception);
            return await AskForWholeInsteadAsync().ConfigureAwait(false);
        }

        if (answer.IsSilent)
        {
            PlanningLog.StreamWasEmpty(logger);
            return await AskForWholeInsteadAsync().ConfigureAwait(false);
        }

        return answer.Complete(AnswerUsage.Of(told, asked.Bytes, answer.Length));

        ValueTask<TaskPlan> AskForWholeInsteadAsync()
        {
            PlanningUsage lost = AnswerUsage.Of(told, asked.Bytes, answer.Length);
            return AskAsync(question, (again, whole) => AskForWholeAsync(again, whole, lost, cancellationToken), lost, cancellationToken);
        }
    }

    /// <param name="question">What is asked.</param>
    /// <param name="form">The form of the answer.</param>
    /// <param name="lost">What an answer that broke off has used; <see langword="null"/> when none did.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    private async ValueTask<TaskPlan> AskForWholeAsync(PlanQuestion question, AnswerForm form, PlanningUsage? lost, CancellationToken cancellationToken)
    {
        FormedQuestion asked = question.In(form);
        ChatResponse response = await chat.Required.GetResponseAsync(asked.Messages, asked.Options, cancellationToken).ConfigureAwait(false);
        var answer = new PlanAnswerReader(options.Limits, _optional);
        answer.Append(response);
        return answer.Complete(AnswerUsage.Sum(AnswerUsage.Of(response.Usage, asked.Bytes, answer.Length), lost));
    }

    private PlanQuestion Ask(OrchestrationRequest request, PlanRefusal? refusal)
    {
        ArgumentNullException.ThrowIfNull(request);
        _ = chat.Required;
        IReadOnlyList<ResourcePoolSnapshot> pools = resources.Snapshot();
        PlanLanguage language = PlanLanguage.Of(taskTypes);
        return new PlanQuestion(
            hasSchema => PlanPrompt.Create(request, refusal, taskTypes, pools, language, hasSchema, options.Instructions, serializer),
            PlanSchema.Create(taskTypes, pools, language),
            options.MaxTokens is { } most ? (int)Math.Clamp(most - (refusal?.Planning?.Tokens ?? 0), 1, int.MaxValue) : null);
    }
}
