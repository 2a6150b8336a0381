using System.Runtime.ExceptionServices;
using AgentOrchestration.Scheduling;

namespace AgentOrchestration.Testing.Simulation;

/// <summary>
/// Lets one thread at a time run. Everything that is runnable waits here, and the seed chooses what runs next; when nothing is runnable,
/// the clock moves to the next timer. There is no synchronization context, as in production, so what awaits a timer or another attempt
/// continues on this thread, with or without <c>ConfigureAwait(false)</c>. What is queued to the thread pool takes part by
/// <see cref="PoolTurns"/>. Code that comes from anywhere else, or blocks its thread, ends the simulation.
/// </summary>
internal sealed class SimulationThread : IDisposable
{
    private static readonly TimeSpan LongestBlock = TimeSpan.FromSeconds(1);

    private readonly List<(Action<object?> Callback, object? State)> _runnable = [];
    private readonly List<(SimulatedTimer Timer, int Setting)> _due = [];
    private readonly ManualResetEventSlim _strayed = new();
    private readonly SimulatedFlow _own;
    private readonly PoolTurns _turns = new();
#pragma warning disable CA2213 // A captured context needs no disposal.
    private ExecutionContext? _context;
#pragma warning restore CA2213
    private SimulationDefect? _defect;
    private uint _choices;
    private int _steps;
    private volatile bool _isRunning;

    public SimulationThread() => _own = new SimulatedFlow(this, name: null);

    public SimulatedClock Clock { get; } = new();

    /// <summary>The attempts whose code has begun and not returned.</summary>
    public List<SimulatedFlow> Out { get; } = [];

    public int Seed { get; set; }

    public int MaxSteps { get; set; }

    public TimeSpan Patience { get; set; }

    /// <summary>What was noticed first; nothing runs any more then.</summary>
    public SimulationDefect? Defect => Volatile.Read(ref _defect);

    public bool IsIdle => _runnable.Count == 0 && _turns.Waiting == 0;

    /// <summary>Runs a whole simulation on a thread of its own, which the caller's thread watches.</summary>
    public SimulatedRun Do(Func<SimulatedRun> body)
    {
        SimulatedRun? run = null;
        ExceptionDispatchInfo? thrown = null;
        var ended = new TaskCompletionSource();
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                run = body();
            }
            catch (ThreadInterruptedException) when (Defect is { } defect)
            {
                thrown = ExceptionDispatchInfo.Capture(SimulationException.Of(Seed, defect.What, [], defect.Thrown));
            }
            catch (Exception exception)
            {
                thrown = ExceptionDispatchInfo.Capture(exception);
            }
            finally
            {
                Leave();
                ended.SetResult();
            }
        })
        {
            IsBackground = true,
            Name = "Simulation",
        };
        thread.Start();
        Watch(thread, ended.Task);
        thrown?.Throw();
        return run!;
    }

    /// <summary>Runs what there is to run, as long as there is something, nothing is wrong, and the condition holds.</summary>
    public void RunWhile(Func<bool> condition)
    {
        while (Defect is null && condition())
        {
            if (!IsIdle)
            {
                RunOne();
            }
            else if (Clock.NextDue is not null)
            {
                WaitForStrays(Patience);
                Advance();
            }
            else
            {
                // It cannot continue: more patience only makes the message better.
                Out.ForEach(flow => flow.WasWaitedFor = false);
                WaitForStrays(Patience > LongestBlock ? Patience : LongestBlock);
                return;
            }
        }
    }

    /// <summary>Makes something runnable.</summary>
    public void Post(Action<object?> callback, object? state)
    {
        if (_turns.IsMine)
        {
            _runnable.Add((callback, state));
        }
        else
        {
            Stray(Out.Count == 1 ? Out[0] : null);
        }
    }

    /// <summary>Code of a flow runs on a thread: on the one whose turn it is, or it waits for its turn, or it has strayed.</summary>
    public void Follow(SimulatedFlow flow)
    {
        if (!_isRunning || _turns.IsMine)
        {
            _turns.Note(flow);
        }
        else if (!Thread.CurrentThread.IsThreadPoolThread && PoolItem.IsNewThread())
        {
            // It is nobody's, as long as no code of a flow continues on it.
            SimulatedFlow.Current = null;
        }
        else if (!_turns.Come(flow))
        {
            Stray(flow);
        }
    }

    /// <summary>Code of a flow has returned on a thread.</summary>
    public void Unfollow(SimulatedFlow flow) => _turns.Go(flow);

    /// <summary>Ends the simulation, unless something else already does.</summary>
    public void Fail(string what, Exception? thrown = null)
    {
        if (Interlocked.CompareExchange(ref _defect, new SimulationDefect(what, thrown), null) is null)
        {
            _turns.Open();
        }
    }

    public void Dispose() => _strayed.Dispose();

    private void Enter()
    {
        SimulatedFlow.Current = _own;
        _context = ExecutionContext.Capture();
        _isRunning = true;
        _turns.Begin(_own);
    }

    /// <summary>What comes later is dropped.</summary>
    private void Leave()
    {
        _isRunning = false;
        _turns.End();
    }

    /// <summary>A thread that is blocked waits for something that can only happen when its turn is over.</summary>
    private void Watch(Thread thread, Task ended)
    {
        TimeSpan blocked = TimeSpan.Zero;
        TimeSpan interval = LongestBlock / 8;
        (Thread? Thread, int Number) turn = default;
        while (!ended.Wait(interval))
        {
            (Thread? Thread, int Number) now = _turns.Current;
            blocked = now == turn && now.Thread is { } runs && runs.ThreadState.HasFlag(ThreadState.WaitSleepJoin) ? blocked + interval : TimeSpan.Zero;
            turn = now;
            if (blocked < LongestBlock)
            {
                continue;
            }

            Fail($"{_turns.Flow} blocks its thread: nothing else can run meanwhile, and what it waits for may never come. Use await instead of Wait(), Result, GetResult() and Sleep().");
            if (now.Thread == thread)
            {
                thread.Interrupt();
            }

            if (!ended.Wait(LongestBlock))
            {
                throw SimulationException.Of(Seed, Defect!.What, [], Defect.Thrown);
            }
        }
    }

    private void Advance()
    {
        Clock.Advance(_due);
        foreach ((SimulatedTimer timer, int setting) in _due)
        {
            Post(_ => timer.Fire(setting), null);
        }

        _due.Clear();
    }

    private void Stray(SimulatedFlow? flow)
    {
        if (!_isRunning)
        {
            return;
        }

        Fail(
            $"{flow?.ToString() ?? "Some code"} continued on another thread, where no seed decides what happens when, {PoolItem.Origin()}. In a simulation, code may use the thread "
            + "pool, but wait only for the context, other code of the simulation, and timers of context.TimeProvider: no system clock, no I/O, no threads of its own.");
        _strayed.Set();
    }

    /// <summary>
    /// An attempt that waits without a timer waits for another one, or for something outside, which then gets some real time to show up:
    /// if the clock simply moved on, an attempt that has gone to another thread could time out unnoticed.
    /// </summary>
    private void WaitForStrays(TimeSpan patience)
    {
        bool mayStray = false;
        foreach (SimulatedFlow flow in Out)
        {
            mayStray |= flow is { Timers: 0, WasWaitedFor: false };
            flow.WasWaitedFor |= flow.Timers == 0;
        }

        if (mayStray)
        {
            _turns.IsWaiting = true;
            _strayed.Wait(patience);
            _turns.IsWaiting = false;
        }
    }

    private void RunOne()
    {
        if (_steps++ == MaxSteps)
        {
            Fail($"It did not come to an end within {MaxSteps} steps. {(Out.Count == 0 ? "No attempt is out." : $"These attempts are out: {string.Join(", ", Out)}.")}");
            return;
        }

        int chosen = _turns.IsFull ? 0 : Choose(_turns.Waiting + _runnable.Count);
        if (chosen < _turns.Waiting)
        {
            _turns.Give(chosen);
        }
        else
        {
            Run(chosen - _turns.Waiting);
        }

        _turns.AwaitArrivals();
        _turns.Change();
    }

    /// <summary>A hash of seed and number, so that equal seeds choose equally; one that is passed over may wait for long.</summary>
    private int Choose(int count) => count == 1 ? 0 : (int)(SplitMix64.Mix((uint)Seed | ((ulong)_choices++ << 32)) % (uint)count);

    private void Run(int chosen)
    {
        (Action<object?> callback, object? state) = _runnable[chosen];
        _runnable[chosen] = _runnable[^1];
        _runnable.RemoveAt(_runnable.Count - 1);
        ExecutionContext.Restore(_context!);
        try
        {
            callback(state);
        }
        catch (Exception exception)
        {
            Fail("Code threw where nobody awaits it, for example in an async void method.", exception);
        }
    }
}
