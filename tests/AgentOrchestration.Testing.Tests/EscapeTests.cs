using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Events;

namespace AgentOrchestration.Testing.Tests;

/// <summary>Code that leaves the simulation, holds it up or never ends: named, never ignored, never a hang.</summary>
public sealed class EscapeTests
{
    [Fact]
    public void A_delay_of_the_systems_clock_is_named() =>
        AssertEscapes(
            "'only' (attempt 1) continued on another thread, where no seed decides what happens when, by a timer of the system's clock: give Task.Delay", SleepByTheSystem);

    [Fact]
    public void A_delay_of_the_systems_clock_is_named_although_the_attempt_could_time_out_meanwhile() =>
        AssertEscapes("continued on another thread", SleepByTheSystem, static options => options.Timeout = TimeSpan.FromSeconds(1));

    [Fact]
    public void What_continues_on_a_thread_of_its_own_is_named() =>
        AssertEscapes("by a thread that does not belong to the pool: use Task.Run", async (context, _) =>
        {
            var done = new TaskCompletionSource<string>();
            using ITimer timer = context.TimeProvider.CreateTimer(
                _ => new Thread(() => done.SetResult("output")).Start(), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
            return await done.Task;
        });

    [Fact]
    public void I_O_is_named() =>
        AssertEscapes("by I/O (System.Net.Sockets.", async (context, stop) =>
        {
            using var server = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
            server.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
            using var client = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
            await client.ConnectAsync(server.LocalEndPoint!, stop);
            using ITimer timer = context.TimeProvider.CreateTimer(_ => client.Send(new byte[4]), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
            await server.ReceiveAsync(new byte[4], stop);
            return "output";
        });

    [Fact]
    public void A_task_with_a_thread_of_its_own_is_named() =>
        AssertEscapes("continued on another thread", async (_, stop) =>
        {
            await Task.Factory.StartNew(static () => { }, stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return "output";
        });

    [Fact]
    public void A_handler_that_blocks_until_the_thread_pool_has_done_something_is_named() =>
        AssertEscapes("'only' (attempt 1) blocks its thread", (context, stop) =>
        {
            using var done = new ManualResetEventSlim();
            _ = Task.Run(done.Set, stop);
            done.Wait(stop);
            return ValueTask.FromResult("output");
        });

    [Fact]
    public void Code_on_the_thread_pool_that_blocks_is_named() =>
        AssertEscapes("'only' (attempt 1) blocks its thread", async (context, stop) =>
        {
            await Task.Yield();
#pragma warning disable xUnit1031 // This is the mistake.
            Task.Delay(TimeSpan.FromSeconds(1), context.TimeProvider, stop).Wait(stop);
#pragma warning restore xUnit1031
            return "output";
        });

    [Fact]
    public void A_handler_that_blocks_its_thread_is_named() =>
        AssertEscapes("blocks its thread", (context, stop) =>
        {
#pragma warning disable xUnit1031 // This is the mistake.
            Task.Delay(TimeSpan.FromSeconds(1), context.TimeProvider, stop).Wait(CancellationToken.None);
#pragma warning restore xUnit1031
            return ValueTask.FromResult("output");
        });

    [Fact]
    public void A_handler_that_waits_for_what_never_comes_is_named() =>
        AssertEscapes("waits for something that the simulation does not know, or that never comes", (_, _) => new ValueTask<string>(new TaskCompletionSource<string>().Task));

    [Fact]
    public void A_handler_that_never_ends_is_named() =>
        AssertEscapes("did not come to an end within 10000 steps", async (_, _) =>
        {
            while (true)
            {
                await Task.Yield();
            }
        });

    [Fact]
    public void An_exception_that_nobody_awaits_ends_the_simulation() =>
        AssertEscapes("Bad data.", (context, stop) =>
        {
            ThrowLater();
            return Sample.Sleep(context, TimeSpan.FromSeconds(1), stop);

            static async void ThrowLater()
            {
                await Task.Yield();
                throw new InvalidDataException("Bad data.");
            }
        });

    [Fact]
    public void Many_exceptions_that_nobody_awaits_end_the_simulation_and_not_the_process()
    {
        RunSimulation simulation = Sample.Of((context, stop) =>
        {
            ThrowLater();
            ThrowLater();
            return Sample.Sleep(context, TimeSpan.FromSeconds(1), stop);

            static async void ThrowLater()
            {
                await Task.Yield();
                throw new InvalidDataException("Bad data.");
            }
        });

        for (int seed = 0; seed < 5; seed++)
        {
            SimulationException failure = Assert.Throws<SimulationException>(() => simulation.Run(Sample.ThreeBesideEachOther, seed));
            Assert.Contains("Code threw where nobody awaits it", failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_thread_that_continues_no_code_of_the_simulation_does_no_harm()
    {
        RunSimulation simulation = Sample.Of((context, stop) =>
        {
            using var begun = new ManualResetEventSlim();
            new Thread(begun.Set).Start();
            begun.Wait(stop);
            return Sample.Sleep(context, TimeSpan.FromSeconds(1), stop);
        });

        using SimulatedRun run = simulation.Run(Sample.ThreeBesideEachOther, seed: 1);

        Assert.Equal(RunOutcome.Succeeded, run.Result.Outcome);
    }

    [Fact]
    public void A_run_that_waits_for_an_approval_says_how_to_give_it() =>
        AssertEscapes("'only' waits for an approval", (_, _) => ValueTask.FromResult("output"), options => options.RequiresApproval = true);

    [Fact]
    public void A_run_that_waits_for_a_budget_says_how_to_give_it()
    {
        RunSimulation simulation = Sample.Of(
            (_, _) => ValueTask.FromResult("output"), options: options => options.Runs.Budget = new RunBudget { MaxAttempts = 1, WhenExhausted = BudgetAction.Ask });

        SimulationException failure = Assert.Throws<SimulationException>(() => simulation.Run(Sample.TwoInARow, seed: 1));

        Assert.Contains("Its budget of Attempts is used up", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Handlers_may_wait_for_each_other_and_for_the_end_of_the_attempt()
    {
        var turn = new TaskCompletionSource();
        RunSimulation simulation = Sample.Of(
            async (context, stop) =>
            {
                switch (context.Subtask.Id)
                {
                    case "a":
                        await turn.Task;
                        return "output";
                    case "b":
                        await Sample.Sleep(context, TimeSpan.FromSeconds(1), stop);
                        turn.SetResult();
                        return "output";
                    default:
                        await Task.Delay(Timeout.Infinite, stop);
                        return "never";
                }
            },
            options => options.Timeout = TimeSpan.FromMinutes(1));

        using SimulatedRun run = simulation.Run(Sample.ThreeBesideEachOther, seed: 1);

        Assert.Equal([SubtaskState.Succeeded, SubtaskState.Succeeded, SubtaskState.Failed], run.Result.Subtasks.Select(subtask => subtask.State));
    }

    private static async ValueTask<string> SleepByTheSystem(TaskContext context, CancellationToken stop)
    {
        await Task.Delay(1, stop);
        return "output";
    }

    /// <summary>What goes on another thread shows up there however long the machine takes.</summary>
    private static void AssertEscapes(
        string says, Func<TaskContext, CancellationToken, ValueTask<string>> work, Action<TaskTypeOptions>? options = null)
    {
        TimeSpan patience = says.Contains("another thread", StringComparison.Ordinal) || says.StartsWith("by ", StringComparison.Ordinal) ? TimeSpan.FromMinutes(1) : TimeSpan.FromMilliseconds(20);
        RunSimulation simulation = Sample.Of(work, options, maxSteps: 10_000, patience: patience);

        SimulationException failure = Assert.Throws<SimulationException>(() => simulation.Run(Sample.One, seed: 5));

        Assert.Contains(says, $"{failure.Message} {failure.InnerException?.Message}", StringComparison.Ordinal);
        Assert.Contains("simulated-5", failure.Message, StringComparison.Ordinal);
        Assert.Equal(5, failure.Seed);
        Assert.IsType<RunStarted>(failure.Events[0]);
    }
}
