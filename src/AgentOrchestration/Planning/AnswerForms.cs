namespace AgentOrchestration.Planning;

/// <summary>The response formats of one chat client: which one to try, and which ones its endpoint has rejected. Safe for concurrent use.</summary>
internal sealed class AnswerForms
{
    private int _strictest;

    /// <summary>Gets the form to ask for first.</summary>
    /// <param name="allowsStrict">Whether the schema fits strict mode.</param>
    public AnswerForm First(bool allowsStrict) =>
        (AnswerForm)Volatile.Read(ref _strictest) is var form && form == AnswerForm.StrictSchema && !allowsStrict ? AnswerForm.Schema : form;

    /// <summary>Remembers the form in which the endpoint answered, after it had rejected a stricter one.</summary>
    public void Remember(AnswerForm form)
    {
        for (int known = Volatile.Read(ref _strictest); known < (int)form;)
        {
            known = Interlocked.CompareExchange(ref _strictest, (int)form, known);
        }
    }

    /// <summary>Gets the form to try after an endpoint has rejected one, or <see langword="null"/> when there is none.</summary>
    /// <param name="rejected">The form that was rejected.</param>
    /// <param name="isAboutSchema">Whether the endpoint rejected this schema, or strict mode, and not schemas in general.</param>
    public static AnswerForm? After(AnswerForm rejected, bool isAboutSchema) => rejected switch
    {
        AnswerForm.StrictSchema when isAboutSchema => AnswerForm.Schema,
        AnswerForm.StrictSchema or AnswerForm.Schema => AnswerForm.JsonObject,
        AnswerForm.JsonObject => AnswerForm.Text,
        _ => null,
    };
}
