using System.Globalization;
using AgentOrchestration.Runs.Events;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Benchmarks.Optimize;

/// <summary>Plans that a real model wrote, whose steps start early where a link is one of order: as they are, and with the first of an order failing.</summary>
internal sealed class EarlyOrder : IOptimizeWorkload
{
    private const double Share = 0.5;
    private const int Workers = 2;
    private const string Step = "step";

    public string Name => "W9 plans with links of order";

    public IEnumerable<OptimizeRow> Measure(OptimizeSettings settings)
    {
        if (settings.Data?.EnumerateDirectories("plans").SelectMany(folder => folder.EnumerateFiles("model-huggingface-*.jsonl")).FirstOrDefault() is not { } file)
        {
            yield break;
        }

        IReadOnlyList<OrderedPlan> plans = OrderedPlan.Read(file.FullName);
        OrderedPlan[] ordered = [.. plans.Where(plan => plan.HasOrder)];
        OrderedPlan[] shorter = [.. ordered.Where(plan => plan.IsShorterWithoutOrder)];
        foreach (OptimizeRow row in Compare($"{Name}, all {Text(plans.Count)}", plans, failing: false, workers: 10_000, "same outcomes", _ => true)
            .Concat(Compare($"{Name}, all {Text(plans.Count)}, {Workers} workers", plans, failing: false, Workers, goal: null, _ => true))
            .Concat(Compare($"{Name}, the {Text(shorter.Length)} that it makes shallower", shorter, failing: false, workers: 10_000, "≥ 20 % shorter", ratio => ratio <= 0.8))
            .Concat(Compare($"{Name}, the first of an order fails in {Text(ordered.Length)}", ordered, failing: true, workers: 10_000, "same outcomes", _ => true)))
        {
            yield return row;
        }

        IEnumerable<OptimizeRow> Compare(string workload, IReadOnlyList<OrderedPlan> some, bool failing, int workers, string? goal, Predicate<double> isMet)
        {
            OptimizeTrial[] plain = Run(some, failing, workers, share: 0);
            OptimizeTrial[] early = Run(some, failing, workers, Share);
            double ratio = early.Zip(plain, (one, other) => one.Makespan / other.Makespan).Average();
            double dropped = early.Sum(trial => trial.Figures["dropped"]) / early.Sum(trial => trial.Figures["attempts"]);
            var comparison = new OptimizeComparison(workload, plain);
            yield return comparison.PlainRow();
            yield return comparison.Row(
                string.Create(CultureInfo.InvariantCulture, $"early share {Share}: {early.Sum(trial => trial.Figures["early"]) / settings.Seeds:F0} early, {dropped:P1} of the attempts dropped, makespan {ratio - 1:+0.0 %;-0.0 %}"),
                early,
                goal is null ? null : string.Create(CultureInfo.InvariantCulture, $"{goal}, dropped ≤ {Share:P0}"),
                goal is null ? null : isMet(ratio) && dropped <= Share);
        }

        OptimizeTrial[] Run(IReadOnlyList<OrderedPlan> some, bool failing, int workers, double share) =>
        [
            .. from plan in some
               from seed in settings.AllSeeds
               select RunOne(plan, failing ? OrderedPlan.IdOf(plan.FirstOfOrder) : null, workers, share, seed),
        ];
    }

    private static OptimizeTrial RunOne(OrderedPlan plan, string? failing, int workers, double share, int seed) => new SimulatedWork(
        new ScriptedModelOptions { Seed = seed },
        builder =>
        {
            builder.Services.Configure<AgentOrchestrationOptions>(options => options.Runs.Extra = new ExtraWork { EarlyShare = share });
            builder.AddTaskType(
                Step,
                "Asks a model.",
                async (string[] inputs, TaskContext context, CancellationToken cancellationToken) =>
                {
                    string answer = (await context.Chat.GetResponseAsync(string.Join(' ', inputs), cancellationToken: cancellationToken)).Text;
                    return context.Subtask.Id == failing ? throw new InvalidDataException("The step fails.") : answer;
                },
                options => (options.Effect, options.Retry.MaxAttempts) = (TaskEffect.Read, 1));
        })
    {
        MaxParallelism = workers,
        Figures = (run, _) => new Dictionary<string, double>
        {
            ["attempts"] = run.Result.Subtasks.Sum(subtask => subtask.Attempts),
            ["early"] = run.Events.Count(next => next is AttemptStarted { IsEarly: true }),
            ["dropped"] = run.Events.Count(next => next is OutputDropped),
        },
    }.Run(plan.ToPlan(Step), seed);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
