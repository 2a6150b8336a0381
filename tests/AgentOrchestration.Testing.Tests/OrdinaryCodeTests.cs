using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

/// <summary>Code as applications and libraries have it: it leaves its context, uses the thread pool, locks and queues. It runs in a simulation, replayable from its seed.</summary>
public sealed class OrdinaryCodeTests
{
    private static readonly Dictionary<string, Func<TaskContext, CancellationToken, Task>> Ways = new(StringComparer.Ordinal)
    {
        ["an await that leaves its context"] = async (context, stop) =>
        {
            await Pause(context, stop).ConfigureAwait(false);
            await Pause(context, stop).ConfigureAwait(false);
        },
        ["HttpClient, text"] = async (context, stop) => await context.Services.GetRequiredService<HttpClient>().GetStringAsync(new Uri("/text", UriKind.Relative), stop),
        ["HttpClient, JSON"] = async (context, stop) =>
            Assert.Equal("hello", (await context.Services.GetRequiredService<HttpClient>().GetFromJsonAsync<string[]>(new Uri("/json", UriKind.Relative), stop))![0]),
        ["HttpClient, stream"] = async (context, stop) =>
        {
            await using Stream stream = await context.Services.GetRequiredService<HttpClient>().GetStreamAsync(new Uri("/json", UriKind.Relative), stop);
            using var reader = new StreamReader(stream);
            await reader.ReadToEndAsync(stop).ConfigureAwait(false);
        },
        ["the thread pool"] = async (context, stop) =>
        {
            await Task.Run(() => Pause(context, stop), stop);
            await Task.Run(() => 1, stop).ConfigureAwait(false);
        },
        ["yielding"] = async (context, stop) =>
        {
            for (int i = 0; i < 5; i++)
            {
                await Task.Yield();
            }

            await Pause(context, stop);
        },
        ["a semaphore"] = async (context, stop) =>
        {
            SemaphoreSlim one = context.Services.GetRequiredService<SemaphoreSlim>();
            await one.WaitAsync(stop).ConfigureAwait(false);
            await Pause(context, stop).ConfigureAwait(false);
            one.Release();
        },
        ["a channel"] = async (context, stop) =>
        {
            var channel = Channel.CreateBounded<int>(1);
            Task producing = Task.Run(
                async () =>
                {
                    for (int i = 0; i < 3; i++)
                    {
                        await Pause(context, stop).ConfigureAwait(false);
                        await channel.Writer.WriteAsync(i, stop).ConfigureAwait(false);
                    }

                    channel.Writer.Complete();
                },
                stop);
            Assert.Equal(3, await channel.Reader.ReadAllAsync(stop).CountAsync(stop).ConfigureAwait(false));
            await producing;
        },
        ["many at once"] = async (context, stop) =>
        {
            var seen = new ConcurrentBag<int>();
            await Parallel.ForEachAsync(Enumerable.Range(0, 4), new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = stop }, async (i, stop) =>
            {
                await Pause(context, stop).ConfigureAwait(false);
                seen.Add(i);
            });
            Assert.Equal(4, seen.Count);
        },
        ["completions that continue elsewhere"] = async (context, stop) =>
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using ITimer timer = context.TimeProvider.CreateTimer(_ => done.SetResult(), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
            await done.Task.WaitAsync(TimeSpan.FromMinutes(1), context.TimeProvider, stop).ConfigureAwait(false);
        },
        ["a cancellation that does not wait"] = async (context, stop) =>
        {
            using var source = CancellationTokenSource.CreateLinkedTokenSource(stop);
            Task pause = Task.Delay(TimeSpan.FromHours(1), context.TimeProvider, source.Token);
            await Pause(context, stop).ConfigureAwait(false);
            await source.CancelAsync().ConfigureAwait(false);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pause).ConfigureAwait(false);
        },
        ["one after the other, whoever is first"] = async (context, stop) =>
        {
            Task[] pauses = [.. Enumerable.Range(1, 3).Select(seconds => Task.Delay(TimeSpan.FromSeconds(seconds), context.TimeProvider, stop))];
            await foreach (Task pause in Task.WhenEach(pauses).ConfigureAwait(false))
            {
                await pause.ConfigureAwait(false);
            }
        },
    };

    public static TheoryData<string> Names => [.. Ways.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_runs_in_virtual_time_and_the_same_seed_gives_the_same_events(string way)
    {
        RunSimulation simulation = Of(Ways[way]);
        for (int seed = 0; seed < 5; seed++)
        {
            using SimulatedRun run = simulation.Run(Sample.ThreeBesideEachOther, seed);
            using SimulatedRun again = simulation.Run(Sample.ThreeBesideEachOther, seed);

            Assert.Equal(RunOutcome.Succeeded, run.Result.Outcome);
            Assert.True(run.Elapsed >= TimeSpan.FromSeconds(1));
            Assert.Equal(Hash(run), Hash(again));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Seeds_choose_other_orders(string way)
    {
        RunSimulation simulation = Of(Ways[way]);
        HashSet<string> orders = [];

        simulation.Explore(
            Sample.ThreeBesideEachOther, seeds: 20, run => orders.Add(string.Concat(run.Events.OfType<SubtaskSucceeded>().Select(next => next.SubtaskId))));

        // A semaphore keeps those who wait in order.
        Assert.True(orders.Count >= 2, string.Join(' ', orders));
    }

    private static RunSimulation Of(Func<TaskContext, CancellationToken, Task> way) => Sample.Of(
        async (context, stop) =>
        {
            await way(context, stop);
            return "output";
        },
        more: builder => builder.Services
            .AddSingleton(provider => new HttpClient(new FakeServer(provider.GetRequiredService<TimeProvider>())) { BaseAddress = new Uri("http://localhost") })
            .AddSingleton(new SemaphoreSlim(1)));

    private static Task Pause(TaskContext context, CancellationToken stop) => Task.Delay(TimeSpan.FromSeconds(1), context.TimeProvider, stop);

    private static string Hash(SimulatedRun run) => Convert.ToHexString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(run.Events)));

    private sealed class FakeServer(TimeProvider clock) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), clock, cancellationToken);
            return new HttpResponseMessage { Content = request.RequestUri!.AbsolutePath == "/text" ? new StringContent("hello") : JsonContent.Create(new[] { "hello" }) };
        }
    }
}
