using AgentOrchestration.Forecasting;
using AgentOrchestration.Graph;
using AgentOrchestration.Resources;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Runs.State;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Tests.Scheduling.Dispatch;

/// <summary>Runs in virtual time in which the first attempt of a subtask takes ten seconds and any other one, and in which it is known that one is usual.</summary>
internal static class HedgeWorld
{
    /// <summary>An attempt usually takes a second; one that has taken longer than this is late.</summary>
    public const double Late = 1.178;

    public static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    public static readonly SubtaskError Broken = new("Broken", "It broke.");
    public static void Reads(TaskTypeOptions options) => options.Effect = TaskEffect.Read;
    public static TaskGraph One() => GraphOf.Plan(plan => plan.Add("only", "work"), options: Reads);
    public static VirtualAttempt Slow(int subtask, int attempt) => Attempt(attempt, seconds: attempt == 1 ? 10 : 1);
    public static VirtualAttempt Attempt(int attempt, double seconds, SubtaskError? error = null) => Attempt(attempt, seconds * Second, error);
    public static VirtualAttempt Attempt(int attempt, TimeSpan duration, SubtaskError? error = null) => new(duration, error) { Output = $"output of {attempt}" };

    public static ObservedDurations Known(double? firstProgress = null)
    {
        var known = new ObservedDurations();
        for (int i = 0; i < 20; i++)
        {
            known.Observe(new Subtask { Id = "before", TaskType = "work" }, Second);
            if (firstProgress is { } seconds)
            {
                known.ObserveFirstProgress("work", seconds * Second);
            }
        }

        return known;
    }

    public static RunOptions Options(double share = 1, int maxParallelism = 100, RunBudget? budget = null, TimeSpan? grace = null) => new()
    {
        Extra = new ExtraWork { HedgeShare = share },
        MaxParallelism = maxParallelism,
        Budget = budget,
        CancellationGracePeriod = grace ?? RunOptions.DefaultCancellationGracePeriod,
    };

    public static VirtualTimeHost Host(
        TaskGraph graph,
        Func<int, int, VirtualAttempt> attempts,
        RunOptions? options = null,
        ObservedDurations? known = null,
        ResourcePools? pools = null,
        int? seed = null,
        IReadOnlyList<RunFact>? past = null) => new(graph, pools ?? new ResourcePools([]), options ?? Options(), attempts, seed: seed, observed: known ?? Known())
        {
            Past = past ?? [],
        };

    public static IReadOnlyList<RunEvent> Play(
        TaskGraph graph,
        Func<int, int, VirtualAttempt> attempts,
        RunOptions? options = null,
        ObservedDurations? known = null,
        ResourcePools? pools = null,
        int? seed = null) => Host(graph, attempts, options, known, pools, seed).Run();

    public static double SecondsOf(RunEvent next) => (next.Time - DateTimeOffset.UnixEpoch).TotalSeconds;

    public static string Describe(RunEvent next) => next switch
    {
        AttemptStarted start => $"{SecondsOf(next):F1} AttemptStarted {start.Attempt} {start.HedgeOf?.ToString() ?? "-"}",
        AttemptDropped dropped => $"{SecondsOf(next):F1} AttemptDropped {dropped.Attempt}",
        AttemptTimedOut late => $"{SecondsOf(next):F1} AttemptTimedOut {late.Attempt}",
        AttemptAbandoned abandoned => $"{SecondsOf(next):F1} AttemptAbandoned {abandoned.Attempt}",
        SubtaskSucceeded succeeded => $"{SecondsOf(next):F1} SubtaskSucceeded {succeeded.Attempt}",
        SubtaskCancelled cancelled => $"{SecondsOf(next):F1} SubtaskCancelled {cancelled.Attempt}",
        _ => $"{SecondsOf(next):F1} {next.GetType().Name}",
    };
}
