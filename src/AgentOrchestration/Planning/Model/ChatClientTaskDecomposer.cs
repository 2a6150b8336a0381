using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Plans.Reading;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Planning.Model;

/// <summary>Asks a chat model for the plan, in the strictest form that its endpoint supports. The model can use registered task types and nothing else.</summary>
internal sealed class ChatClientTaskDecomposer(PlanningChatClient chat, PlanQuestions questions, PlanningOptions options, TimeProvider timeProvider, ILogger logger) : ITaskDecomposer
{
    private readonly OptionalArguments _optional = new(questions.TaskTypes);

    public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, CancellationToken cancellationToken) =>
        DecomposeAsync(request, refusal, (asked, form) => AskForWholeAsync(asked, form, lost: null, cancellationToken), cancellationToken);

    public ValueTask<TaskPlan> DecomposeAsync(OrchestrationRequest request, PlanRefusal? refusal, Action<Subtask> onSubtask, CancellationToken cancellationToken) =>
        DecomposeAsync(request, refusal, (asked, form) => AskForStreamAsync(asked, form, onSubtask, cancellationToken), cancellationToken);

    /// <summary>Asks for a plan. A model that requests schemas in place of it gets them once.</summary>
    private async ValueTask<TaskPlan> DecomposeAsync(
        OrchestrationRequest request, PlanRefusal? refusal, Func<PlanQuestion, AnswerForm, ValueTask<PlanAnswer>> ask, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        _ = chat.Required;
        ShownSchemas? shown = await questions.Selection.OfAsync(request, refusal, cancellationToken).ConfigureAwait(false);
        PlanAnswer answer = await AskAsync(questions.Make(request, refusal, shown), ask, lost: null, cancellationToken).ConfigureAwait(false);
        if (shown is null || answer.RequestedSchemas.Count == 0)
        {
            return answer.Plan;
        }

        PlanningUsage used = answer.Plan.Planning!;
        if (shown.Requested is not null || options.MaxTokens <= TokenCount.Sum(used.Tokens, refusal?.Planning?.Tokens ?? 0))
        {
            throw NoPlan(answer, used);
        }

        PlanningLog.SchemasRequested(logger, answer.RequestedSchemas.Count);
        shown = questions.Selection.Add(request, shown, answer);
        try
        {
            PlanAnswer second = await AskAsync(questions.Make(request, refusal, shown, used.Tokens), ask, lost: null, cancellationToken).ConfigureAwait(false);
            PlanningUsage both = AnswerUsage.Both(used, second.Plan.Planning!);
            return second.RequestedSchemas.Count == 0 ? second.Plan with { Planning = both } : throw NoPlan(second, both);
        }
        catch (InvalidPlanException exception) when (exception.Refusal.Planning?.Rounds != 2)
        {
            throw new InvalidPlanException(exception.Refusal with { Planning = AnswerUsage.Both(used, exception.Refusal.Planning ?? new PlanningUsage()) }, exception.InnerException);
        }
    }

    private static InvalidPlanException NoPlan(PlanAnswer answer, PlanningUsage used) => new(new PlanRefusal([AnswerDiagnostic.SchemasAgain()]) { Answer = answer.Text, Planning = used });

    private async ValueTask<PlanAnswer> AskAsync(
        PlanQuestion question, Func<PlanQuestion, AnswerForm, ValueTask<PlanAnswer>> ask, PlanningUsage? lost, CancellationToken cancellationToken)
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

    private async ValueTask<PlanAnswer> AskForStreamAsync(PlanQuestion question, AnswerForm form, Action<Subtask> onSubtask, CancellationToken cancellationToken)
    {
        FormedQuestion asked = question.In(form);
        var answer = new PlanAnswerReader(options.Limits, _optional, question.MayRequestSchemas);
        var call = new CallUsage();
        string? model = null;
        using var watch = new AnswerWatch(options.MaxIdleTime, timeProvider, cancellationToken);
        try
        {
            await foreach (ChatResponseUpdate update in chat.Required.GetStreamingResponseAsync(asked.Messages, asked.Options, watch.Token).ConfigureAwait(false))
            {
                watch.Observe(update);
                model ??= update.ModelId;
                foreach (UsageContent usage in update.Contents.OfType<UsageContent>())
                {
                    call.Add(usage.Details);
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
            throw new InvalidPlanException(new PlanRefusal([watch.WhyIdle()]) { Planning = Used() }, exception);
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

        return answer.CompleteWithRequest(Used());

        PlanningUsage Used() => AnswerUsage.Of(call.Of(ReportedUsage.ModelOf(chat.Required, model, asked.Options), chat.Prices), asked.Bytes, answer.Length);

        ValueTask<PlanAnswer> AskForWholeInsteadAsync()
        {
            PlanningUsage lost = Used();
            return AskAsync(question, (again, whole) => AskForWholeAsync(again, whole, lost, cancellationToken), lost, cancellationToken);
        }
    }

    /// <param name="question">What is asked.</param>
    /// <param name="form">The form of the answer.</param>
    /// <param name="lost">What an answer that broke off has used; <see langword="null"/> when none did.</param>
    /// <param name="cancellationToken">Cancels the planning.</param>
    private async ValueTask<PlanAnswer> AskForWholeAsync(PlanQuestion question, AnswerForm form, PlanningUsage? lost, CancellationToken cancellationToken)
    {
        FormedQuestion asked = question.In(form);
        ChatResponse response = await chat.Required.GetResponseAsync(asked.Messages, asked.Options, cancellationToken).ConfigureAwait(false);
        var answer = new PlanAnswerReader(options.Limits, _optional, question.MayRequestSchemas);
        answer.Append(response);
        var call = new CallUsage();
        call.Add(response.Usage);
        PlanningUsage used = AnswerUsage.Of(call.Of(ReportedUsage.ModelOf(chat.Required, response.ModelId, asked.Options), chat.Prices), asked.Bytes, answer.Length);
        return answer.CompleteWithRequest(lost is null ? used : used.Plus(lost));
    }
}
