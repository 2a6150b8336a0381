using AgentOrchestration.Tasks.Endpoints;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

/// <summary>Whatever calls end with, and whatever the endpoint does: the gate loses nothing, nobody waits for ever, and what is left to succeed does.</summary>
public sealed class ModelEndpointProperties
{
    private const int Calls = 24;

    [Fact]
    public void The_gate_loses_nothing_whatever_calls_end_with()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            ScriptedModelServer? server = null;
            var model = new ScriptedModelOptions
            {
                Seed = seed,
                RequestsPerMinute = random.Next(3) == 0 ? null : random.Next(10, 200),
                InputTokensPerMinute = random.Next(2) == 0 ? null : random.Next(2_000, 20_000),
                OutputTokensPerMinute = random.Next(2) == 0 ? null : random.Next(1_000, 20_000),
                LimitsEachSecond = random.Next(3) == 0,
                OverloadedShare = random.Next(3) == 0 ? 0.1 : 0,
                StragglerShare = 0.1,
                Headers = (ScriptedModelHeaders)random.Next(4),
            };
            Ending[] endings = [.. Enumerable.Range(0, Calls).Select(_ => (Ending)random.Next(6))];
            int? known = random.Next(2) == 0 ? model.RequestsPerMinute : null;
            int? concurrency = random.Next(3) == 0 ? random.Next(1, 5) : null;
            bool usesEndpoint = random.Next(2) == 0;
            var simulation = new RunSimulation(services =>
            {
                services.AddSingleton(provider => server = new ScriptedModelServer(model, provider.GetRequiredService<TimeProvider>()));
                services.AddChatClient(provider => new ShownHeaders(provider.GetRequiredService<ScriptedModelServer>(), provider.GetRequiredKeyedService<IModelEndpoint>("gpt"))).UseModelEndpoint("gpt");
                services.AddAgentOrchestration(options => options.Runs.MaxParallelism = Calls)
                    .AddModelEndpoint("gpt", endpoint => (endpoint.RequestsPerMinute, endpoint.MaxConcurrency, endpoint.MaxAttempts) = (known, concurrency, 1_000))
                    .AddTaskType(
                        "ask",
                        "Asks.",
                        (None _, TaskContext context, CancellationToken stop) => AskAsync(endings[int.Parse(context.Subtask.Id[1..], System.Globalization.CultureInfo.InvariantCulture)], context, stop),
                        options => options.Endpoint = usesEndpoint ? "gpt" : null);
            })
            {
                MaxSteps = 2_000_000,
                Patience = TimeSpan.Zero,
            };

            using SimulatedRun run = simulation.Run(
                TaskPlan.Create(plan =>
                {
                    for (int call = 0; call < Calls; call++)
                    {
                        plan.Add($"s{call}", "ask");
                    }
                }),
                seed,
                script =>
                {
                    for (int call = 0; call < Calls; call++)
                    {
                        if (endings[call] == Ending.Cancelled)
                        {
                            string id = $"s{call}";
                            script.At(TimeSpan.FromSeconds(random.NextDouble() * 20), run => run.CancelAsync(id));
                        }
                    }
                });

            ModelEndpointSnapshot gate = run.Services.GetRequiredKeyedService<IModelEndpoint>("gpt").GetSnapshot();
            Assert.True((gate.InFlight, gate.Waiting) == (0, 0), $"Seed {seed}: {gate}");
            Assert.Equal((server!.Totals.Requests, server.Totals.Limited + server.Totals.Overloaded), (gate.Sent, gate.Rejected));
            Assert.All(
                run.Result.Subtasks.Where((_, call) => endings[call] is Ending.Answered or Ending.Streamed or Ending.LeftHalfWay),
                subtask => Assert.True(subtask.State == SubtaskState.Succeeded, $"Seed {seed}: {subtask.Subtask.Id} {subtask.State} {subtask.Error}"));
        }
    }

    private static async ValueTask<string> AskAsync(Ending ending, TaskContext context, CancellationToken stop)
    {
        string prompt = $"{context.Subtask.Id} {new string('x', 400)}";
        switch (ending)
        {
            case Ending.Answered or Ending.Cancelled:
                return (await context.Chat.GetResponseAsync(prompt, cancellationToken: stop)).Text;
            case Ending.LeftHalfWay:
                await foreach (ChatResponseUpdate update in context.Chat.GetStreamingResponseAsync(prompt, cancellationToken: stop))
                {
                    return update.Text;
                }

                return "";
            case Ending.GivenUp:
                using (var patience = CancellationTokenSource.CreateLinkedTokenSource(stop))
                {
                    Task<ChatResponse> asking = context.Chat.GetResponseAsync(prompt, cancellationToken: patience.Token);
                    await Task.Delay(TimeSpan.FromSeconds(1), context.TimeProvider, stop);
                    await patience.CancelAsync();
                    return (await asking).Text;
                }

            case Ending.Thrown:
                await context.Chat.GetResponseAsync(prompt, cancellationToken: stop);
                throw new InvalidOperationException("No.");
            default:
                return (await context.Chat.GetStreamingResponseAsync(prompt, cancellationToken: stop).ToChatResponseAsync(stop)).Text;
        }
    }

    private enum Ending
    {
        Answered,
        Streamed,
        LeftHalfWay,
        Cancelled,
        GivenUp,
        Thrown,
    }

    /// <summary>Shows the gate the headers of the answers, as its handler does over HTTP.</summary>
    private sealed class ShownHeaders(IChatClient server, IModelEndpoint gate) : DelegatingChatClient(server)
    {
        public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            try
            {
                ChatResponse response = await base.GetResponseAsync(messages, options, cancellationToken);
                gate.Observe(200, (IReadOnlyDictionary<string, string>)response.AdditionalProperties![ScriptedModelServer.HeadersProperty]!);
                return response;
            }
            catch (ModelRejectedException rejected)
            {
                gate.Observe((int)rejected.StatusCode!, rejected.Headers);
                throw;
            }
        }
    }
}
