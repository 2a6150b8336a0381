using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Growth.Areas;

/// <summary>Attempts that fail and are tried again.</summary>
internal static class RetryOperations
{
    public const string Flaky = "flaky";

    public static IEnumerable<GrowthOperation> All =>
    [
        new("retries/many attempts of one subtask", "attempts", static n => Run(subtasks: 1, attempts: n)) { Smallest = 32 },
        new("retries/three attempts of each subtask", "subtasks", static n => Run(subtasks: n, attempts: 3)) { Smallest = 80 },
    ];

    /// <summary>An application whose task type <c>flaky</c> succeeds in its last attempt.</summary>
    public static GrowthHost CreateHost(int attempts) => GrowthHost.Create(register: builder => builder.AddTaskType<None, None>(
        Flaky,
        "Fails at first.",
        (_, context, _) => context.Attempt < attempts ? throw new InvalidOperationException("It fails.") : new(None.Value),
        options =>
        {
            options.Retry.MaxAttempts = attempts;
            options.Retry.Delay = TimeSpan.Zero;
        }));

    private static Trial Run(int subtasks, int attempts)
    {
        TaskPlan plan = WidePlans.Create(subtasks, Flaky);
        return Trial.Using(() => CreateHost(attempts), host => host.RunAsync(plan));
    }
}
