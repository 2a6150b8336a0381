using System.Collections.Concurrent;
using System.Text.Json;
using AgentOrchestration.Graph.Binding;
using AgentOrchestration.Runs.State;

namespace AgentOrchestration.Execution.Attempts;

/// <summary>
/// Resolved arguments that have been shown, checked, or hashed to find equal work: every attempt, and whatever compensates it, is bound
/// from these very ones, whatever becomes of the outputs meanwhile. Safe for concurrent use.
/// </summary>
internal sealed class FixedInputs(InputBinder inputs)
{
    private ConcurrentDictionary<int, JsonElement>? _arguments;

    /// <summary>Makes the input of a subtask.</summary>
    public object? Bind(int subtask)
    {
        if (Volatile.Read(ref _arguments) is { } known && known.TryGetValue(subtask, out JsonElement arguments))
        {
            return inputs.Bind(subtask, arguments);
        }

        return inputs.IsGuarded(subtask) ? inputs.Bind(subtask, Fix(subtask)) : inputs.Bind(subtask);
    }

    /// <summary>Resolves and checks the arguments of a subtask, the first time that it is asked.</summary>
    public JsonElement Fix(int subtask) => !inputs.HasReferences(subtask) ? inputs.ResolveAndCheck(subtask) : Arguments.GetOrAdd(subtask, static (subtask, inputs) => inputs.ResolveAndCheck(subtask), inputs);

    /// <summary>The same, for work that may stand for equal work.</summary>
    public JsonElement FixToShare(int subtask) => !inputs.HasReferences(subtask) ? inputs.ResolveToShare(subtask) : Arguments.GetOrAdd(subtask, static (subtask, inputs) => inputs.ResolveToShare(subtask), inputs);

    /// <summary>Takes up what was shown before the run was resumed.</summary>
    public void Restore(RunHistory history)
    {
        for (int index = 0; index < history.Count; index++)
        {
            if (history[index] is { Kind: RunFactKind.ApprovalRequested, Payload: ApprovalQuestion question } fact)
            {
                Arguments[fact.Subtask] = question.Arguments;
            }
        }
    }

    private ConcurrentDictionary<int, JsonElement> Arguments => LazyInitializer.EnsureInitialized(ref _arguments, static () => new());
}
