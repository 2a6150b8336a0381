using System.Text.Json;
using AgentOrchestration.Plans.Diagnostics;
using AgentOrchestration.Runs.Storage;

namespace AgentOrchestration.Runs.Journal;

/// <summary>An output as a journal holds it: as JSON in its line, or in a blob that the line names.</summary>
internal sealed class StoredOutput
{
    private readonly JsonElement _json;

    public StoredOutput(JsonElement json) => _json = json;

    public StoredOutput(string blob) => Blob = blob;

    /// <summary>Gets the name of the blob; <see langword="null"/> when the output is in the line.</summary>
    public string? Blob { get; }

    /// <summary>Gets where the result cache keeps it.</summary>
    /// <value>The default value is <see langword="null"/>: nowhere.</value>
    public string? CacheKey { get; init; }

    /// <summary>Gets the epochs of the result cache that it belongs to.</summary>
    /// <value>The default value is <see langword="null"/>: it is not kept there.</value>
    public string? CacheEpochs { get; init; }

    public void WriteTo(Utf8JsonWriter writer) => _json.WriteTo(writer);

    /// <exception cref="InvalidOperationException">The store does not have the blob.</exception>
    public async ValueTask<JsonElement> LoadAsync(IRunStore store, string runId, CancellationToken cancellationToken) => Blob is null
        ? _json
        : await store.ReadBlobAsync(runId, Blob, cancellationToken).ConfigureAwait(false) is { } content
            ? JournalJson.ReadBlob(content)
            : throw new InvalidOperationException($"The blob {Excerpt.Of(Blob)} is missing.");
}
