using System.Diagnostics.CodeAnalysis;

namespace AgentOrchestration.Planning.Model;

/// <summary>
/// The refusal in a piece of a streamed answer. Microsoft.Extensions.AI.OpenAI leaves it out of the contents unless there is a tool call too
/// (OpenAIChatClient, version 10.11), so that it can only be read from the SDK's own object, whose type this library does not refer to.
/// </summary>
internal static class StreamedRefusal
{
    private const string PropertyName = "RefusalUpdate";

    /// <summary>Gets the text of the refusal in this piece, or <see langword="null"/> when there is none.</summary>
    /// <param name="piece">The SDK's own object of the piece.</param>
    [UnconditionalSuppressMessage(
        "Trimming", "IL2075", Justification = "Where the property is trimmed away the answer counts as silent, and is asked for as a whole: then the refusal is in its contents.")]
    public static string? PieceOf(object? piece) => piece?.GetType().GetProperty(PropertyName, typeof(string))?.GetValue(piece) as string;
}
