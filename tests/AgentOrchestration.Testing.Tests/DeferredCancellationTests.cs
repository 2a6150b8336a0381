using AgentOrchestration.Results;
using AgentOrchestration.Tasks.Deferring;
using AgentOrchestration.Tasks.Endpoints;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

/// <summary>A batch that would not end in time is cancelled, in virtual time, because the moments of the last minutes matter.</summary>
public sealed class DeferredCancellationTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void A_cancellation_that_fails_is_tried_again_and_what_was_answered_is_taken_though_it_takes_minutes(int refusals)
    {
        Unwilling? batches = null;
        var simulation = new RunSimulation(services =>
        {
            services.AddSingleton(provider => new ScriptedModelServer(timeProvider: provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<IChatClient>(provider => provider.GetRequiredKeyedService<IModelEndpoint>("gpt").Wrap(provider.GetRequiredService<ScriptedModelServer>()));
            services.AddAgentOrchestration(all => all.Runs.DeferCallsWithin = TimeSpan.FromHours(20))
                .AddModelEndpoint("gpt", endpoint => endpoint.RequestsPerMinute = 60)
                .AddBatchEndpoint("gpt", provider => batches = new Unwilling(
                    new ScriptedBatchEndpoint(
                        provider.GetRequiredService<ScriptedModelServer>(),
                        new ScriptedBatchOptions { Median = TimeSpan.FromHours(23), NinthDecile = TimeSpan.FromHours(23.5), CancelTime = TimeSpan.FromMinutes(5) },
                        provider.GetRequiredService<TimeProvider>()),
                    refusals))
                .AddTaskType(
                    "ask",
                    "Asks.",
                    async (string prompt, TaskContext context, CancellationToken stop) => (await context.Chat.GetResponseAsync(prompt, cancellationToken: stop)).Text,
                    type => (type.Effect, type.Endpoint) = (TaskEffect.Pure, "gpt"));
        })
        {
            Patience = TimeSpan.Zero,
        };

        using SimulatedRun run = simulation.Run(
            TaskPlan.Create(plan =>
            {
                for (int index = 0; index < 10; index++)
                {
                    plan.Add($"s{index}", "ask", $"question {index}");
                }
            }),
            seed: 1);

        Assert.Equal(RunOutcome.Succeeded, run.Result.Outcome);
        Assert.True(run.Elapsed <= TimeSpan.FromHours(20), $"It took {run.Elapsed}.");
        Assert.Equal(refusals + 1, batches!.Cancellations);
        SavingsItem batched = Assert.Single(run.Result.Savings.Avoided);
        Assert.Equal(SavingsReason.BatchPrice, batched.Reason);
        Assert.InRange(batched.Subtasks, 5, 9);
        Assert.Equal(10, run.Result.Savings.Spent.Calls);
    }

    /// <summary>Refuses to cancel as often as it is told to.</summary>
    private sealed class Unwilling(IBatchEndpoint inner, int refusals) : IBatchEndpoint
    {
        public int Cancellations { get; private set; }

        public int MaxRequests => inner.MaxRequests;

        public long MaxBytes => inner.MaxBytes;

        public ReadOnlyMemory<byte>? TryWrite(IReadOnlyList<ChatMessage> messages, ChatOptions? options) => inner.TryWrite(messages, options);

        public ValueTask<string> SubmitAsync(string name, IReadOnlyList<BatchedRequest> requests, CancellationToken cancellationToken) => inner.SubmitAsync(name, requests, cancellationToken);

        public ValueTask<string?> FindAsync(string name, DateTimeOffset notBefore, CancellationToken cancellationToken) => inner.FindAsync(name, notBefore, cancellationToken);

        public ValueTask<BatchedStatus> GetStatusAsync(string batchId, CancellationToken cancellationToken) => inner.GetStatusAsync(batchId, cancellationToken);

        public IAsyncEnumerable<BatchedAnswer> GetAnswersAsync(string batchId, CancellationToken cancellationToken) => inner.GetAnswersAsync(batchId, cancellationToken);

        public ValueTask CancelAsync(string batchId, CancellationToken cancellationToken) => ++Cancellations <= refusals
            ? throw new BatchEndpointException("It is busy.", isFinal: false)
            : inner.CancelAsync(batchId, cancellationToken);
    }
}
