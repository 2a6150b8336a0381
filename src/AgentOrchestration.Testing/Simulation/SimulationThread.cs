using AgentOrchestration.Scheduling;

namespace AgentOrchestration.Testing.Simulation;

/// <summary>
/// The one thread of a simulation. Everything that is runnable waits here, and the seed chooses what runs next; when nothing is runnable,
/// the clock moves on to the next timer. Code that goes on another thread, or blocks this one, is noticed.
/// </summary>
internal sealed class SimulationThread : SynchronizationContext, IDisposable
{
    private const int TimedOut = 0x102;

    private static readonly TimeSpan LongestBlock = TimeSpan.FromSeconds(1);

    private readonly List<(SendOrPostCallback Callback, object? State)> _runnable = [];
    private readonly List<(SimulatedTimer Timer, int Setting)> _due = [];
    private readonly ManualResetEventSlim _strayed = new();
    private readonly SimulatedFlow _own;
    private ExecutionContext? _context;
    private SynchronizationContext? _before;
    private SimulationDefect? _defect;
    private uint _choices;
    private int _steps;
    private volatile int _threadId;

    public SimulationThread()
    {
        _own = new SimulatedFlow(this, name: null);
        SetWaitNotificationRequired();
    }

    public SimulatedClock Clock { get; } = new();

    /// <summary>The attempts whose code has begun and not returned.</summary>
    public List<SimulatedFlow> Out { get; } = [];

    public int Seed { get; set; }

    public int MaxSteps { get; set; }

    public TimeSpan Patience { get; set; }

    /// <summary>What was noticed first; nothing runs any more then.</summary>
    public SimulationDefect? Defect => Volatile.Read(ref _defect);

    public bool IsIdle => _runnable.Count == 0;

    private bool IsHere => Environment.CurrentManagedThreadId == _threadId;

    /// <summary>From now on the caller's thread is this one.</summary>
    public void Enter()
    {
        _before = Current;
        _threadId = Environment.CurrentManagedThreadId;
        SimulatedFlow.Current = _own;
        _context = ExecutionContext.Capture() ?? throw new InvalidOperationException("The execution context does not flow here; a simulation needs it to.");
        SetSynchronizationContext(this);
    }

    /// <summary>The caller's thread is its own again. What comes later is dropped.</summary>
    public void Leave()
    {
        _threadId = 0;
        ExecutionContext.Restore(_context!);
        SimulatedFlow.Current = null;
        SetSynchronizationContext(_before);
    }

    /// <summary>Runs what there is to run, as long as there is something, nothing is wrong, and the condition holds.</summary>
    public void RunWhile(Func<bool> condition)
    {
        while (Defect is null && condition())
        {
            if (_runnable.Count > 0)
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
                // It cannot go on: more patience only makes the message better.
                Out.ForEach(flow => flow.WasWaitedFor = false);
                WaitForStrays(Patience > LongestBlock ? Patience : LongestBlock);
                return;
            }
        }
    }

    public override SynchronizationContext CreateCopy() => this;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsHere)
        {
            _runnable.Add((d, state));
        }
        else
        {
            Stray(Out.Count == 1 ? Out[0] : null);
        }
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        if (!IsHere)
        {
            Stray(flow: null);
            throw new InvalidOperationException("Nothing can be sent to a simulation from another thread.");
        }

        d(state);
    }

    /// <summary>Code that blocks this thread waits for something that can only happen on it.</summary>
    public override int Wait(IntPtr[] waitHandles, bool waitAll, int millisecondsTimeout)
    {
        if (!IsHere || millisecondsTimeout != Timeout.Infinite)
        {
            return base.Wait(waitHandles, waitAll, millisecondsTimeout);
        }

        int result = WaitHelper(waitHandles, waitAll, (int)LongestBlock.TotalMilliseconds);
        if (result == TimedOut)
        {
            string defect = $"{SimulatedFlow.Current ?? _own} blocks its thread: nothing else can run meanwhile, and what it waits for may never come. "
                + "Use await instead of Wait(), Result and GetResult().";
            Fail(defect);
            throw new InvalidOperationException(defect);
        }

        return result;
    }

    /// <summary>Code runs on a thread: on this one, or it has strayed.</summary>
    public void Follow(SimulatedFlow flow)
    {
        if (!IsHere)
        {
            Stray(flow);
        }
    }

    /// <summary>Ends the simulation, unless something else already does.</summary>
    public void Fail(string what, Exception? thrown = null) => Interlocked.CompareExchange(ref _defect, new SimulationDefect(what, thrown), null);

    public void Dispose() => _strayed.Dispose();

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
        if (_threadId == 0)
        {
            return;
        }

        Fail(
            $"{flow?.ToString() ?? "Some code"} went on on another thread, where no seed decides what happens when. In a simulation await only the context, "
            + "and Task.Delay and the like with context.TimeProvider: no Task.Run, no system clock, no I/O, no ConfigureAwait(false).");
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
            _strayed.Wait(patience);
        }
    }

    private void RunOne()
    {
        if (_steps++ == MaxSteps)
        {
            Fail($"It did not come to an end within {MaxSteps} steps. {(Out.Count == 0 ? "No attempt is out." : $"These attempts are out: {string.Join(", ", Out)}.")}");
            return;
        }

        // A hash of seed and number, so that equal seeds choose equally; one that is passed over may wait for long.
        int chosen = _runnable.Count == 1 ? 0 : (int)(RetryBackoff.Mix((uint)Seed | ((ulong)_choices++ << 32)) % (uint)_runnable.Count);
        (SendOrPostCallback callback, object? state) = _runnable[chosen];
        _runnable[chosen] = _runnable[^1];
        _runnable.RemoveAt(_runnable.Count - 1);
        ExecutionContext.Restore(_context!);
        SetSynchronizationContext(this);
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
