using System.Text.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Runs.Journal;

/// <summary>The values of one line of a journal while it is read, whatever their order; each kind has some of them.</summary>
internal struct LineValues
{
    public int Version { get; set; }

    public long At { get; set; }

    public int Subtask { get; set; }

    public int Attempt { get; set; }

    /// <summary>Gets or sets what the fact keeps as its detail.</summary>
    public byte Detail { get; set; }

    /// <summary>Gets or sets the index of another subtask: the one that the output or the skipping comes from.</summary>
    public int Other { get; set; }

    /// <summary>Gets or sets the index of the subtask whose work failed for both.</summary>
    public int? FailedWith { get; set; }

    /// <summary>Gets or sets the attempt that an attempt starts beside.</summary>
    public int HedgeOf { get; set; }

    public SkipReason SkipReason { get; set; }

    public long RetryAt { get; set; }

    public long InputTokens { get; set; }

    public long OutputTokens { get; set; }

    public decimal Cost { get; set; }

    public IReadOnlyList<ModelUsage>? Models { get; set; }

    public long Duration { get; set; }

    public string? OwnerRun { get; set; }

    public string? OwnerSubtask { get; set; }

    public string? Endpoint { get; set; }

    public string? BatchId { get; set; }

    public string? CacheKey { get; set; }

    public string? CacheEpochs { get; set; }

    public string? Fingerprint { get; set; }

    public string? By { get; set; }

    public string? Reason { get; set; }

    public string? Blob { get; set; }

    /// <summary>Gets or sets the arguments or the output.</summary>
    public JsonElement Json { get; set; }

    public SubtaskError? Error { get; set; }

    public BudgetDocument? Budget { get; set; }

    public TaskPlan? Plan { get; set; }

    public bool IsJoined { get; set; }

    public IReadOnlyDictionary<string, int>? TaskTypes { get; set; }
}
