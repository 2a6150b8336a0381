using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

/// <summary>
/// A random plan, random options and a random schedule of faults, all from one number: handlers that take their time, throw, give up,
/// ignore that they were told to stop, add subtasks, use more than was expected; cancellation at any moment; approvals and budgets.
/// </summary>
internal sealed class Chaos
{
    public const long Licences = 3;

    private static readonly string[] TaskTypes = ["plain", "timed", "pure", "undone"];

    private readonly int _number;

    public Chaos(int number)
    {
        _number = number;
        var random = new Random(number);
        MaxParallelism = random.Next(1, 6);
        MaxAttempts = random.Next(1, 4);
        FailurePolicy = (FailurePolicy)random.Next(3);
        FailureRate = random.Next(4) * 0.1;
        Budget = random.Next(4) == 0
            ? new RunBudget { MaxAttempts = random.Next(1, 20), MaxTokens = random.Next(1, 200), WhenExhausted = (BudgetAction)random.Next(3) }
            : null;
        RunTimeout = random.Next(6) == 0 ? TimeSpan.FromSeconds(random.Next(1, 60)) : null;
        CancelAt = random.Next(4) == 0 ? TimeSpan.FromMilliseconds(random.Next(0, 20_000)) : null;
        CancelOneAt = random.Next(4) == 0 ? TimeSpan.FromMilliseconds(random.Next(0, 10_000)) : null;
        Plan = RandomPlan(random);
        Simulation = new RunSimulation(Configure);
    }

    public int MaxParallelism { get; }

    public int MaxAttempts { get; }

    public FailurePolicy FailurePolicy { get; }

    public RunBudget? Budget { get; }

    public TimeSpan? RunTimeout { get; }

    public TimeSpan? CancelAt { get; }

    public TimeSpan? CancelOneAt { get; }

    public TaskPlan Plan { get; }

    public RunSimulation Simulation { get; }

    /// <summary>Whether nothing but failures of its own dependencies can keep a subtask from running.</summary>
    public bool OnlyFailuresSkip => FailurePolicy == FailurePolicy.Continue && Budget is null && RunTimeout is null && CancelAt is null && CancelOneAt is null;

    private double FailureRate { get; }

    public SimulatedRun Run(int seed) => Simulation.Run(Plan, seed, Script);

    private void Configure(IServiceCollection services)
    {
        services.AddSingleton<Ledger>().AddSingleton(this);
        IAgentOrchestrationBuilder builder = services.AddAgentOrchestration(options =>
        {
            options.Runs.MaxParallelism = MaxParallelism;
            options.Runs.FailurePolicy = FailurePolicy;
            options.Runs.Budget = Budget;
            options.Runs.Timeout = RunTimeout;
            options.Runs.CancellationGracePeriod = TimeSpan.FromSeconds(2);
            options.Runs.MaxAbandoned = 2;
        });
        builder.AddResource("licence", Licences);
        builder.AddTaskType<Undone>(Retry);
        builder.AddTaskType("plain", "Works.", (None _, TaskContext context, CancellationToken stop) => WorkAsync(context, stop), Retry);
        builder.AddTaskType("timed", "Works.", (None _, TaskContext context, CancellationToken stop) => WorkAsync(context, stop), options =>
        {
            Retry(options);
            options.Timeout = TimeSpan.FromSeconds(3);
            options.TotalTimeout = TimeSpan.FromSeconds(10);
            options.IdleTimeout = TimeSpan.FromSeconds(2);
            options.MaxConcurrency = 2;
        });
        builder.AddTaskType("pure", "Works.", (None _, TaskContext context, CancellationToken stop) => WorkAsync(context, stop), options =>
        {
            Retry(options);
            options.Effect = TaskEffect.Pure;
            options.Timeout = TimeSpan.FromSeconds(3);
        });
    }

    public async ValueTask<string> WorkAsync(TaskContext context, CancellationToken stop)
    {
        var fate = new Random(HashCode(context.Subtask.Id, context.Attempt));
        using IDisposable held = context.Services.GetRequiredService<Ledger>().Begin(context);
        CancellationToken heeded = fate.Next(8) == 0 ? CancellationToken.None : stop;
        for (int step = fate.Next(4); step > 0; step--)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(fate.Next(5) * 500), context.TimeProvider, heeded);
            context.ReportProgress(fate.NextDouble());
            context.ReportUsage(new TaskUsage(fate.Next(5), fate.Next(5), 0));
        }

        if (fate.NextDouble() < FailureRate)
        {
            throw fate.Next(4) == 0 ? new TaskFailedException("It is of no use.") { IsFinal = true } : new InvalidDataException("Bad data.");
        }

        if (fate.Next(10) == 0 && !context.Subtask.Id.Contains('/', StringComparison.Ordinal))
        {
            context.AddSubtasks(plan => plan.Add("late", "plain", after: [plan.Add("early", "timed")]));
        }

        return $"{context.Subtask.Id}/{context.Attempt}";
    }

    public int HashCode(string subtaskId, int attempt) => subtaskId.Aggregate(unchecked((_number * 31) + attempt), static (hash, letter) => unchecked((hash * 31) + letter));

    private void Retry(TaskTypeOptions options)
    {
        options.Retry.MaxAttempts = MaxAttempts;
        options.Retry.Delay = TimeSpan.FromMilliseconds(500);
        options.ExpectedUsage = new TaskUsage(2, 2, 0);
    }

    private void Script(SimulationScript script)
    {
        // A question may be out of date when it is read: the run goes on meanwhile.
        script.On<ApprovalRequested>(async (run, question) =>
        {
            if (run.GetSnapshot().Subtasks.Any(subtask => subtask.PendingApproval?.Fingerprint == question.Fingerprint))
            {
                await (HashCode(question.SubtaskId, 0) % 4 == 0 ? run.RejectAsync(question) : run.ApproveAsync(question));
            }
        });
        script.On<BudgetExhausted>(async (run, _) =>
        {
            if (Budget!.WhenExhausted == BudgetAction.Ask && run.GetSnapshot() is { StopReason: null, Outcome: null })
            {
                await run.ExtendBudgetAsync(new RunBudget { WhenExhausted = BudgetAction.Ask });
            }
        });
        if (CancelAt is { } cancelAt)
        {
            script.At(cancelAt, run => run.CancelAsync());
        }

        if (CancelOneAt is { } cancelOneAt)
        {
            script.At(cancelOneAt, run => run.CancelAsync("t0"));
        }
    }

    private static TaskPlan RandomPlan(Random random)
    {
        int count = random.Next(1, 15);
        return TaskPlan.Create(plan =>
        {
            List<SubtaskRef> made = [];
            for (int i = 0; i < count; i++)
            {
                SubtaskRef[] after = [.. made.Where(_ => random.Next(count) < 2)];
                SubtaskRef[] optional = [.. made.Except(after).Where(_ => random.Next(count) < 1)];
                made.Add(plan.Add(
                    $"t{i}",
                    TaskTypes[random.Next(TaskTypes.Length)],
                    after: after,
                    options: new()
                    {
                        Optional = optional,
                        EstimatedDuration = TimeSpan.FromSeconds(random.Next(5)),
                        Resources = random.Next(3) == 0 ? ResourceRequirements.Of("licence", random.Next(1, (int)Licences + 1)) : null,
                        Policy = random.Next(8) == 0 ? new SubtaskPolicy { RequiresApproval = true } : null,
                    }));
            }
        });
    }

    [TaskType("undone", Description = "Works, and can be undone.")]
    public sealed class Undone(Chaos chaos) : ITaskHandler<None, string>, ICompensable<None, string>
    {
        public ValueTask<string> ExecuteAsync(None input, TaskContext context, CancellationToken cancellationToken) => chaos.WorkAsync(context, cancellationToken);

        public async ValueTask CompensateAsync(None input, string output, TaskContext context, CancellationToken cancellationToken)
        {
            var fate = new Random(chaos.HashCode(context.Subtask.Id, -context.Attempt));
            await Task.Delay(TimeSpan.FromSeconds(fate.Next(3)), context.TimeProvider, cancellationToken);
            if (fate.Next(4) == 0)
            {
                throw new InvalidDataException("Cannot be undone now.");
            }
        }
    }
}
