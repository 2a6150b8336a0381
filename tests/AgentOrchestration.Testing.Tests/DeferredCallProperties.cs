using AgentOrchestration.Runs.Events;
using AgentOrchestration.Tasks.Endpoints;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

/// <summary>Runs whose calls wait for batches, in virtual time: with every seed they are done in time, and answer what they answer without.</summary>
public sealed class DeferredCallProperties
{
    private const int Seeds = 60;

    [Fact]
    public void However_long_batches_take_the_run_is_done_in_time_with_the_same_outputs()
    {
        int batches = 0;
        int late = 0;
        for (int seed = 0; seed < Seeds; seed++)
        {
            var random = new Random(seed);
            TaskPlan plan = RandomPlan(random);
            TimeSpan within = TimeSpan.FromHours(1.5 + (random.NextDouble() * 40));
            TimeSpan median = TimeSpan.FromMinutes(Math.Pow(10, random.NextDouble() * 4));
            var options = new ScriptedBatchOptions { Seed = seed, Median = median, NinthDecile = median * (1 + (random.NextDouble() * 9)) };
            int workers = random.Next(1, 8);
            int rate = random.Next(1, 60);
            using SimulatedRun plain = Simulation(workers, rate, new ScriptedBatchOptions(), within: null, out _).Run(plan, seed);
            using SimulatedRun deferred = Simulation(workers, rate, options, within, out Func<int> received).Run(plan, seed);

            Assert.Equal(RunOutcome.Succeeded, deferred.Result.Outcome);
            Assert.Equal(plain.Result.Subtasks.Select(subtask => subtask.Output), deferred.Result.Subtasks.Select(subtask => subtask.Output));
            TimeSpan most = plain.Elapsed > within ? plain.Elapsed : within;
            Assert.True(deferred.Elapsed <= most, $"Seed {seed}: done after {deferred.Elapsed}, not within {most}.");
            Assert.DoesNotContain(deferred.Events, next => next is AttemptFailed);
            batches += received();
            late += deferred.Elapsed > within / 2 ? 1 : 0;
        }

        Assert.True(batches > Seeds / 2 && late > Seeds / 10, $"{batches} batches, {late} runs that took more than half of their time.");
    }

    private static RunSimulation Simulation(int workers, int rate, ScriptedBatchOptions options, TimeSpan? within, out Func<int> received)
    {
        ScriptedBatchEndpoint? batches = null;
        received = () => batches?.Batches ?? 0;
        return new RunSimulation(services =>
        {
            services.AddSingleton(provider => new ScriptedModelServer(timeProvider: provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<IChatClient>(provider => provider.GetRequiredKeyedService<IModelEndpoint>("gpt").Wrap(provider.GetRequiredService<ScriptedModelServer>()));
            services.AddAgentOrchestration(all => (all.Runs.MaxParallelism, all.Runs.DeferCallsWithin) = (workers, within))
                .AddModelEndpoint("gpt", endpoint => endpoint.RequestsPerMinute = rate)
                .AddBatchEndpoint("gpt", provider => batches = new ScriptedBatchEndpoint(provider.GetRequiredService<ScriptedModelServer>(), options, provider.GetRequiredService<TimeProvider>()))
                .AddTaskType(
                    "ask",
                    "Asks, as often as its input says.",
                    async (string prompt, TaskContext context, CancellationToken stop) =>
                    {
                        string text = prompt;
                        for (int call = 0; call < prompt[0] - '0'; call++)
                        {
                            text = (await context.Chat.GetResponseAsync(text, cancellationToken: stop)).Text;
                        }

                        return text;
                    },
                    type => (type.Effect, type.Endpoint) = (TaskEffect.Pure, "gpt"));
        })
        {
            Patience = TimeSpan.Zero,
        };
    }

    private static TaskPlan RandomPlan(Random random) => TaskPlan.Create(plan =>
    {
        List<SubtaskRef> made = [];
        int count = random.Next(1, 30);
        for (int index = 0; index < count; index++)
        {
            made.Add(plan.Add($"s{index}", "ask", $"{random.Next(1, 3)} times, {index}", [.. made.Where(_ => random.Next(count) < 2)]));
        }
    });
}
