using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs.Journal;

/// <summary>How a run is executed, as it appears in its header; durations in ticks.</summary>
internal sealed class OptionsDocument
{
    public required int MaxParallelism { get; init; }

    public required long CancellationGracePeriod { get; init; }

    public required int MaxAbandoned { get; init; }

    public long? Timeout { get; init; }

    [JsonConverter(typeof(EnumNames<FailurePolicy>))]
    public required FailurePolicy FailurePolicy { get; init; }

    public BudgetDocument? Budget { get; init; }

    public required int MaxBypasses { get; init; }

    public required long CompensationTimeout { get; init; }

    public int? MaxAddedSubtasks { get; init; }

    public int? MaxAddedDepth { get; init; }

    public bool? IsolateOutputs { get; init; }

    public long? ApprovalTimeout { get; init; }

    public long? DeferCallsWithin { get; init; }

    /// <summary>When the run has to end because the run in whose code it was started has to, in UTC ticks.</summary>
    public long? Deadline { get; init; }

    public string? DeadlineOf { get; init; }

    public string? Name { get; init; }

    public SortedDictionary<string, string>? Tags { get; init; }

    public int? Priority { get; init; }

    public double? EarlyShare { get; init; }

    public double? HedgeShare { get; init; }

    public static OptionsDocument From(RunOptions options) => new()
    {
        MaxParallelism = options.MaxParallelism,
        CancellationGracePeriod = options.CancellationGracePeriod.Ticks,
        MaxAbandoned = options.MaxAbandoned,
        Timeout = options.Timeout?.Ticks,
        FailurePolicy = options.FailurePolicy,
        Budget = options.Budget is { } budget ? BudgetDocument.From(budget) : null,
        MaxBypasses = options.MaxBypasses,
        CompensationTimeout = options.CompensationTimeout.Ticks,
        MaxAddedSubtasks = options.MaxAddedSubtasks == RunOptions.DefaultMaxAddedSubtasks ? null : options.MaxAddedSubtasks,
        MaxAddedDepth = options.MaxAddedDepth == RunOptions.DefaultMaxAddedDepth ? null : options.MaxAddedDepth,
        IsolateOutputs = options.IsolateOutputs ? true : null,
        ApprovalTimeout = options.ApprovalTimeout?.Ticks,
        DeferCallsWithin = options.DeferCallsWithin?.Ticks,
        Deadline = options.LastingDeadline?.At,
        DeadlineOf = options.LastingDeadline?.Of,
        Name = options.Name,
        Tags = options.Tags.Count == 0 ? null : new SortedDictionary<string, string>(options.Tags, StringComparer.Ordinal),
        Priority = options.Priority == 0 ? null : options.Priority,
        EarlyShare = options.Extra.EarlyShare == 0 ? null : options.Extra.EarlyShare,
        HedgeShare = options.Extra.HedgeShare == 0 ? null : options.Extra.HedgeShare,
    };

    public RunOptions ToOptions(string runId)
    {
        var options = new RunOptions
        {
            RunId = runId,
            Name = Name,
            Priority = Priority ?? 0,
            MaxParallelism = MaxParallelism,
            CancellationGracePeriod = new TimeSpan(CancellationGracePeriod),
            MaxAbandoned = MaxAbandoned,
            Timeout = Timeout is { } ticks ? new TimeSpan(ticks) : null,
            FailurePolicy = FailurePolicy,
            Budget = Budget?.ToBudget(),
            MaxBypasses = MaxBypasses,
            CompensationTimeout = new TimeSpan(CompensationTimeout),
            MaxAddedSubtasks = MaxAddedSubtasks ?? RunOptions.DefaultMaxAddedSubtasks,
            MaxAddedDepth = MaxAddedDepth ?? RunOptions.DefaultMaxAddedDepth,
            IsolateOutputs = IsolateOutputs ?? false,
            ApprovalTimeout = ApprovalTimeout is { } approval ? new TimeSpan(approval) : null,
            Extra = new ExtraWork { EarlyShare = EarlyShare ?? 0, HedgeShare = HedgeShare ?? 0 },
            DeferCallsWithin = DeferCallsWithin is { } deferred ? new TimeSpan(deferred) : null,
            LastingDeadline = Deadline is { } deadline ? new InheritedDeadline(deadline, DeadlineOf ?? "another run") : null,
        };
        foreach ((string key, string value) in Tags ?? [])
        {
            options.Tags[key] = value;
        }

        return options;
    }
}
