using System.Text.Json.Nodes;

namespace LoopbackModel;

/// <summary>A batch that the server has received.</summary>
public sealed class LoopbackBatch
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(24);

    private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public required string Id { get; init; }

    public required string InputFileId { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required TimeSpan Time { get; init; }

    public TimeSpan CancelTime { get; init; }

    /// <summary>The requests, as they came.</summary>
    public required IReadOnlyList<JsonObject> Requests { get; init; }

    public DateTimeOffset? CancelledAt { get; private set; }

    /// <summary>Completes when somebody has asked to cancel it.</summary>
    public Task Cancelled => _cancelled.Task;

    public string? OutputFileId { get; internal set; }

    public string? ErrorFileId { get; internal set; }

    /// <summary>The ids of the requests that were answered, and are charged.</summary>
    public HashSet<string> Answered { get; } = [];

    internal void Cancel(DateTimeOffset now)
    {
        CancelledAt ??= now;
        _cancelled.TrySetResult();
    }

    internal string StatusAt(DateTimeOffset now) =>
        Requests.Select(request => (string?)request["body"]!["model"]).Distinct(StringComparer.Ordinal).Count() > 1 ? "failed"
        : CancelledAt is { } cancelled && cancelled < EndsAt ? now < cancelled + CancelTime ? "cancelling" : "cancelled"
        : now < EndsAt ? now - CreatedAt < TimeSpan.FromSeconds(1) ? "validating" : "in_progress"
        : Time > Window ? "expired"
        : "completed";

    internal bool IsAnsweredBy(int index, string status)
    {
        TimeSpan spent = status switch
        {
            "cancelled" => CancelledAt!.Value - CreatedAt,
            "expired" => Window,
            _ => Time,
        };
        return Time * ((index + 1.0) / Requests.Count) <= spent;
    }

    private DateTimeOffset EndsAt => CreatedAt + (Time > Window ? Window : Time);
}
