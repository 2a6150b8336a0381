using System.Text.Json.Serialization;

namespace AgentOrchestration.Runs.Journal;

/// <summary>How a run is executed, as it stands in its header; durations in ticks.</summary>
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

    public bool? ReserveForCriticalPath { get; init; }

    public int? MaxAddedSubtasks { get; init; }

    public int? MaxAddedDepth { get; init; }

    public bool? IsolateOutputs { get; init; }

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
        ReserveForCriticalPath = options.ReserveForCriticalPath ? true : null,
        MaxAddedSubtasks = options.MaxAddedSubtasks == RunOptions.DefaultMaxAddedSubtasks ? null : options.MaxAddedSubtasks,
        MaxAddedDepth = options.MaxAddedDepth == RunOptions.DefaultMaxAddedDepth ? null : options.MaxAddedDepth,
        IsolateOutputs = options.IsolateOutputs ? true : null,
    };

    public RunOptions ToOptions() => new()
    {
        MaxParallelism = MaxParallelism,
        CancellationGracePeriod = new TimeSpan(CancellationGracePeriod),
        MaxAbandoned = MaxAbandoned,
        Timeout = Timeout is { } ticks ? new TimeSpan(ticks) : null,
        FailurePolicy = FailurePolicy,
        Budget = Budget?.ToBudget(),
        MaxBypasses = MaxBypasses,
        CompensationTimeout = new TimeSpan(CompensationTimeout),
        ReserveForCriticalPath = ReserveForCriticalPath ?? false,
        MaxAddedSubtasks = MaxAddedSubtasks ?? RunOptions.DefaultMaxAddedSubtasks,
        MaxAddedDepth = MaxAddedDepth ?? RunOptions.DefaultMaxAddedDepth,
        IsolateOutputs = IsolateOutputs ?? false,
    };
}
