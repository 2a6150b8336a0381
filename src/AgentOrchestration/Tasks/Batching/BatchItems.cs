using System.Collections;

namespace AgentOrchestration.Tasks.Batching;

/// <summary>Represents the subtasks of a batch, the most urgent first. Immutable.</summary>
/// <typeparam name="TInput">The input of one subtask.</typeparam>
/// <typeparam name="TOutput">The output of one subtask.</typeparam>
public sealed class BatchItems<TInput, TOutput> : IReadOnlyList<BatchItem<TInput, TOutput>>
{
    private readonly BatchItem<TInput, TOutput>[] _items;

    internal BatchItems(BatchItem<TInput, TOutput>[] items) => _items = items;

    /// <summary>Gets the number of items.</summary>
    /// <value>At least 1.</value>
    public int Count => _items.Length;

    /// <summary>Gets an item by its position, which says nothing about its answer: give answers by <see cref="ById"/> or to the item itself.</summary>
    /// <param name="index">The position, from 0.</param>
    /// <value>The item.</value>
    public BatchItem<TInput, TOutput> this[int index] => _items[index];

    /// <summary>Finds the item of an id, such as one that a model has written beside its answer.</summary>
    /// <param name="id">The id of the subtask.</param>
    /// <returns>The item.</returns>
    /// <exception cref="KeyNotFoundException">The batch has no such item; the message names those that it has.</exception>
    public BatchItem<TInput, TOutput> ById(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Array.Find(_items, item => item.Id == id) ?? throw new KeyNotFoundException(
            $"The batch has no item '{Plans.Diagnostics.Excerpt.Of(id)}', but {string.Join(", ", _items.Select(item => $"'{item.Id}'"))}. Answer by the ids that were given.");
    }

    /// <inheritdoc/>
    public IEnumerator<BatchItem<TInput, TOutput>> GetEnumerator() => ((IEnumerable<BatchItem<TInput, TOutput>>)_items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
