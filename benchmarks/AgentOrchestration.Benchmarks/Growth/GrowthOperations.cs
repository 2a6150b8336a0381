using AgentOrchestration.Benchmarks.Growth.Areas;

namespace AgentOrchestration.Benchmarks.Growth;

/// <summary>All operations that are measured.</summary>
internal static class GrowthOperations
{
    public static IReadOnlyList<GrowthOperation> All { get; } =
    [
        .. PlanOperations.All,
        .. CheckOperations.All,
        .. ShapeOperations.All,
        .. OutputOperations.All,
        .. PoolOperations.All,
        .. ManyRunsOperations.All,
        .. WatcherOperations.All,
        .. SinkOperations.All,
        .. TickOperations.All,
        .. AdditionOperations.All,
        .. CancelOperations.All,
        .. BudgetOperations.All,
        .. RetryOperations.All,
        .. ConditionOperations.All,
        .. ForecastOperations.All,
        .. WhatIfOperations.All,
        .. SnapshotOperations.All,
        .. JournalOperations.All,
        .. StoredRunsOperations.All,
        .. PlanningOperations.All,
        .. RegistryOperations.All,
        .. ReuseOperations.All,
        .. SavingOperations.All,
        .. LongLifeOperations.All,
    ];
}
