namespace LoopbackModel;

public sealed class LoopbackModelOptions
{
    /// <summary>How long each answer takes before its first byte. Refusals (401, 429, 500) come at once.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>The clock behind <see cref="Latency"/> and every timestamp.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The most characters in one piece of a streamed answer.</summary>
    public int ChunkLength { get; init; } = 4;

    /// <summary>The one model that <c>GET /v1/models</c> lists; a completion may ask for any name.</summary>
    public string ListedModel { get; init; } = "loopback";
}
