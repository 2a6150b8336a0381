using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Planning.Model;

/// <summary>The response formats of one chat client: which one to try, and which ones its endpoint has rejected. Safe for concurrent use.</summary>
internal sealed class AnswerForms
{
    private static readonly ConditionalWeakTable<IChatClient, AnswerForms> Known = [];

    private int _strictest;

    private AnswerForms()
    {
    }

    /// <summary>Gets the response formats of a client.</summary>
    public static AnswerForms Of(IChatClient client) => Known.GetValue(client, static _ => new AnswerForms());

    /// <summary>Asks, and asks in a less strict form when the endpoint rejects the form.</summary>
    /// <typeparam name="T">The type of the answer.</typeparam>
    /// <param name="allowsStrict">Whether the schema fits strict mode.</param>
    /// <param name="ask">Asks in a form. An <see cref="InvalidPlanException"/> means that the model has answered.</param>
    /// <param name="logger">Gets what was rejected.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    public async ValueTask<T> AskAsync<T>(bool allowsStrict, Func<AnswerForm, ValueTask<T>> ask, ILogger logger, CancellationToken cancellationToken)
    {
        AnswerForm first = First(allowsStrict);
        for (AnswerForm form = first; ;)
        {
            try
            {
                T answer = await ask(form).ConfigureAwait(false);
                Remember(form, first);
                return answer;
            }
            catch (InvalidPlanException)
            {
                Remember(form, first);
                throw;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && After(form, exception) is { } next)
            {
                PlanningLog.FormRejected(logger, form, next, exception);
                form = next;
            }
        }
    }

    private static AnswerForm? After(AnswerForm form, Exception exception) =>
        EndpointError.Explain(exception)?.Code == PlanDiagnosticCode.UnsupportedResponseFormat ? After(form, EndpointError.IsAboutSchema(exception)) : null;

    /// <summary>Gets the form to ask for first.</summary>
    /// <param name="allowsStrict">Whether the schema fits strict mode.</param>
    private AnswerForm First(bool allowsStrict) =>
        (AnswerForm)Volatile.Read(ref _strictest) is var form && form == AnswerForm.StrictSchema && !allowsStrict ? AnswerForm.Schema : form;

    /// <summary>Remembers the form in which the endpoint answered, after it had rejected a stricter one.</summary>
    private void Remember(AnswerForm form, AnswerForm first)
    {
        for (int known = Volatile.Read(ref _strictest); form != first && known < (int)form;)
        {
            known = Interlocked.CompareExchange(ref _strictest, (int)form, known);
        }
    }

    /// <summary>Gets the form to try after an endpoint has rejected one, or <see langword="null"/> when there is none.</summary>
    /// <param name="rejected">The form that was rejected.</param>
    /// <param name="isAboutSchema">Whether the endpoint rejected this schema, or strict mode, and not schemas in general.</param>
    private static AnswerForm? After(AnswerForm rejected, bool isAboutSchema) => rejected switch
    {
        AnswerForm.StrictSchema when isAboutSchema => AnswerForm.Schema,
        AnswerForm.StrictSchema or AnswerForm.Schema => AnswerForm.JsonObject,
        AnswerForm.JsonObject => AnswerForm.Text,
        _ => null,
    };
}
