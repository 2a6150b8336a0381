using System.Runtime.InteropServices;
using System.Text.Json;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Plans;
using AgentOrchestration.Plans.Json;
using AgentOrchestration.Runs.Journal;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution.Run;

/// <summary>Keeps outputs as JSON, for the journal or for isolation: an output that cannot be stored and read back as it was is refused.</summary>
/// <param name="run">The environment.</param>
/// <param name="written">Keeps them for the inputs of others.</param>
/// <param name="journal">Keeps them until they are written; <see langword="null"/> in memory.</param>
internal sealed class StoredOutputs(RunEnvironment run, WrittenOutputs written, RunJournal? journal)
{
    /// <summary>
    /// Writes an output as JSON, and compares what is read back: what a resumed run could not read, or would read as something else, is found
    /// now. Where the task type accepts what is lost, the output is from now on what is read back, as it is for a resumed run.
    /// </summary>
    public bool TryKeep(int subtask, int attempt, ref object? output, out SubtaskError? error)
    {
        try
        {
            Type type = run.Inputs.TypeOf(subtask);
            JsonElement json = run.Inputs.WriteOutput(subtask, output);
            JournalJson.Check(json);
            if (journal is not null && run.Secrets.AreIn(JsonMarshal.GetRawUtf8Value(json)))
            {
                error = new SubtaskError(
                    "ResultHoldsSecret",
                    $"The result of '{run.Graph.SubtaskAt(subtask).Id}' holds a secret that the run was given, and the journal would keep it. Return it without the secret, and refer to the secret in the arguments of each subtask that needs it.");
                return false;
            }

            // The outputs in a list of results have been compared, each as that of its item.
            if (output is not (None or IItemResult[]) && !run.Executor.Faithful.IsCertain(output, type, json))
            {
                object? read = run.Inputs.ReadOutput(subtask, json);
                if (run.Executor.Faithful.Compare(output, read, type, JsonMarshal.GetRawUtf8Value(json)) is { } difference)
                {
                    if (!run.Graph.TaskTypes[subtask].Options.AcceptLossyOutput)
                    {
                        error = NotStorable(subtask, output, $"{difference}. Return what JSON holds as it is, or set {nameof(TaskTypeOptions.AcceptLossyOutput)} of the task type.", null);
                        return false;
                    }

                    ExecutionLog.OutputLossy(run.Executor.Logger, run.RunId, run.Graph.SubtaskAt(subtask).Id, run.Redact(difference.ToString()));
                    output = read;
                }
            }

            written.Keep(subtask, output, json);
            journal?.Keep(subtask, attempt, json);
            error = null;
            return true;
        }
        catch (Exception exception)
        {
            error = NotStorable(subtask, output, exception.Message, exception);
            return false;
        }
    }

    /// <summary>Drops an output that does not count.</summary>
    public void Forget(int subtask, int attempt, object? output)
    {
        journal?.Forget(subtask, attempt);
        written.Forget(subtask, output);
    }

    private SubtaskError NotStorable(int subtask, object? output, string reason, Exception? exception)
    {
        string type = CSharpName.Of(output?.GetType() ?? run.Inputs.TypeOf(subtask));
        SubtaskError error = run.ErrorOf(subtask, new InvalidPayloadException(
            InvalidPayloadException.ResultNotStorable,
            $"The result of '{run.Graph.SubtaskAt(subtask).Id}' ({type}) cannot be stored as JSON and read back as it was: {reason}",
            exception));
        return error.Exception is null ? error : error with { Exception = exception };
    }
}
