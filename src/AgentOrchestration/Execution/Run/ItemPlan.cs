using System.Text.Json;
using AgentOrchestration.Plans;

namespace AgentOrchestration.Execution.Run;

/// <summary>Makes the plan of a subtask that is repeated for each item of a list.</summary>
internal static class ItemPlan
{
    /// <param name="parent">The subtask.</param>
    /// <param name="list">The list.</param>
    /// <param name="isOptional">Whether the subtask depends on an output that may be missing.</param>
    /// <exception cref="InvalidOperationException">An item reads as a reference.</exception>
    public static TaskPlan Of(Subtask parent, JsonElement list, Predicate<string> isOptional) => new()
    {
        Goal = parent.Name,
        Subtasks = [.. list.EnumerateArray().Select((item, number) => PartOf(parent, item, number, isOptional))],
    };

    private static Subtask PartOf(Subtask parent, JsonElement item, int number, Predicate<string> isOptional)
    {
        JsonElement arguments = ItemReference.Fill(parent.Arguments, item);
        string[] references = ReferencesIn(arguments);
        if (SecretRef.CountIn(arguments) != SecretRef.CountIn(parent.Arguments ?? default))
        {
            throw new InvalidOperationException($"Item {number} of the list holds what reads as a reference to a secret.");
        }

        if (references.Length != ReferencesIn(parent.Arguments ?? default).Length)
        {
            // The item is data, made by an earlier subtask: only the plan says what refers to what.
            throw new InvalidOperationException($"Item {number} of the list holds what reads as a reference to an output.");
        }

        return parent with
        {
            Id = $"{number}",
            Name = $"{parent.Name} {number + 1}",
            ForEach = null,
            Items = null,
            OnItemFailure = ItemFailurePolicy.Fail,
            Condition = null,
            Arguments = arguments,
            DependsOn = [.. references.Distinct(StringComparer.Ordinal).Where(id => !isOptional(id))],
        };
    }

    private static string[] ReferencesIn(JsonElement arguments) => [.. OutputReferences.In(arguments).Select(reference => reference.Output.SubtaskId)];
}
