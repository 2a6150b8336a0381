using System.Text;
using System.Text.Json;

namespace AgentOrchestration.Plans.Reading;

/// <summary>The subtasks of a plan that is being read, each taken by the serializer once its object is closed.</summary>
/// <param name="limits">How much is read.</param>
/// <param name="notes">Receives the errors and the repairs.</param>
/// <param name="held">The bytes of the open subtask.</param>
internal sealed class SubtaskList(PlanLimits limits, AnswerNotes notes, HeldJson held)
{
    private readonly SubtaskReader _reader = new(notes);
    private int _count;
    private string? _key;

    /// <summary>Gets the subtasks that are closed.</summary>
    public List<Subtask> Subtasks { get; } = [];

    /// <summary>Gets the subtasks that were read before anything was wrong, and that do not need the rest of the plan to be understood.</summary>
    public List<Subtask> Sound { get; } = [];

    /// <summary>Gets a value that indicates whether the list is being read.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Gets a value that indicates whether the list is an object with the ids of the subtasks as names.</summary>
    public bool IsKeyed { get; private set; }

    /// <summary>Gets a value that indicates whether nothing was in the list.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>Gets the place in the list that is read, as a JSON pointer.</summary>
    public string Place => held.HasSubtask
        ? $"/{PropertyNames.Subtasks}/{_count - 1}{AnswerPlace.EndOf(held.Subtask, limits.MaxAnswerDepth)}"
        : $"/{PropertyNames.Subtasks}/{_count}";

    public void Open(bool isKeyed)
    {
        IsOpen = true;
        IsKeyed = isKeyed;
    }

    public void Close() => IsOpen = false;

    /// <summary>Takes the next token of the list.</summary>
    /// <param name="reader">Stands at the token.</param>
    /// <param name="depth">How deep within the list: 1 for its items.</param>
    public void Take(ref Utf8JsonReader reader, int depth)
    {
        switch (depth)
        {
            case 1 when reader.TokenType == JsonTokenType.PropertyName:
                _key = Encoding.UTF8.GetString(reader.ValueSpan);
                break;
            case 1:
                TakeItem(ref reader);
                break;
            case 2 when held.HasSubtask && reader.TokenType == JsonTokenType.EndObject:
                CloseSubtask((int)reader.BytesConsumed);
                break;
        }
    }

    private void TakeItem(ref Utf8JsonReader reader)
    {
        _count++;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            held.OpenSubtask((int)reader.TokenStartIndex);
            return;
        }

        notes.Diagnostics.Add(new PlanDiagnostic(
            PlanDiagnosticCode.Malformed, $"/{PropertyNames.Subtasks}/{_count - 1}",
            reader.TokenType == JsonTokenType.Null ? "A subtask is null." : "A subtask is an object.", "Remove it."));
        Subtasks.Add(new Subtask { Id = "", TaskType = "" });
    }

    private void CloseSubtask(int end)
    {
        Subtask subtask = _reader.Read(held.CloseSubtask(end), $"/{PropertyNames.Subtasks}/{_count - 1}", IsKeyed ? _key : null);
        Subtasks.Add(subtask);
        if (notes.Diagnostics.Count == 0 && !TemplateReference.MayStandIn(subtask))
        {
            Sound.Add(subtask);
        }
    }
}
